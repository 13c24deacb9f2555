package bleve

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"rutter/content"
	"rutter/search"
)

func TestWords(t *testing.T) {
	for _, c := range []struct{ text, words, wholes string }{
		{"The disk is FULL.", "the disk is full", ""},
		{"KubePodCrashLooping", "kube pod crash looping", "kubepodcrashlooping"},
		{"APIServer OpenAPIs", "api server open apis", "apiserver openapis"},
		{"VMs PVCs ESXi IPv6", "vms pvcs esxi ipv6", ""},
		{"vCenter eBPF iSCSI", "vcenter ebpf iscsi", ""},
		{"vmk_NO_MEMORY", "vmk no memory", "vmk_no_memory"},
		{"0x80070005", "0x80070005", ""},
		{"5.15.0-91", "5 15 0 91", "5.15.0-91"},
		{"7.0 U3", "7 0 u3", "7.0"},
		{"--force -v", "force v", "--force -v"},
		{"(--force)", "force", "--force"},
		{"/var/log/syslog.", "var log syslog", "/var/log/syslog"},
		{"C++, C#!", "c c", "c++ c#"},
		{"time-out", "time out", "time-out"},
		{"vm.swappiness=10", "vm swappiness 10", "vm.swappiness=10 vm.swappiness"},
		{`{"code":500,"error-id":"E_7"}`, "code 500 error id e 7", `code":500,"error-id":"e_7 error-id e_7`},
		{"a@b.example", "a b example", "a@b.example b.example"},
		{"磁盘空间", "磁盘 盘空 空间", "磁盘空间"},
		{"X磁Y", "x 磁 y", "x磁y"},
		{"Störung", "störung", ""},
		{"-- ... !", "", ""},
		{strings.Repeat("a", 100), strings.Repeat("a", 64), ""},
	} {
		var ws, is []string
		chunks(c.text, func(chunk string) {
			words(chunk, func(w string) { ws = append(ws, w) })
			wholes(chunk, func(w string) { is = append(is, w) })
		})
		if got := strings.Join(ws, " "); got != c.words {
			t.Errorf("%q: words %q, want %q", c.text, got, c.words)
		}
		if got := strings.Join(is, " "); got != c.wholes {
			t.Errorf("%q: wholes %q, want %q", c.text, got, c.wholes)
		}
	}
}

// TestLengths wants lengths to count terms that are scored, and all of them.
func TestLengths(t *testing.T) {
	d := search.Document{
		Path: "a.md", Title: "Pods run", Names: []string{"KubePod"}, Kind: "guide", Audience: []string{content.Everyone},
		Sections: []search.Part{{Heading: "Running pods", Text: "The pods --force pods"}},
	}
	_, ls := newAnalyzer().analyze(d)
	// title: pod run kube pod; headings: run pod; body: pod forc pod; whole: kubepod --force;
	// trigrams: _po pod ods _ru run _ku kub ube _po pod; pairs: pod-run kube-pod run-pod pod-forc forc-pod
	if want := (lengths{4, 2, 3, 2, 10, 5}); ls != want {
		t.Errorf("got %v, want %v", ls, want)
	}
}

// FuzzAnalyze wants terms of bounded length from any text, and sections to come back as they went in.
func FuzzAnalyze(f *testing.F) {
	for _, s := range []string{"", "KubePodCrashLooping", "a=b,c", "磁盘 ö\xff\x1e\x1f\x00", "--x++ C#", "ǅ İ ﬁ", strings.Repeat("é", 70)} {
		f.Add(s)
	}
	a := newAnalyzer()
	f.Fuzz(func(t *testing.T, s string) {
		d := search.Document{Path: "p", Title: s, Names: []string{s}, Sections: []search.Part{{ID: s, Heading: s, Text: s}, {Text: s}}}
		out, ls := a.analyze(d)
		for i, field := range out.fields[:len(scored)] {
			if ls[i] != uint64(field.AnalyzedLength()) {
				t.Errorf("%s: length %d and %d", field.Name(), ls[i], field.AnalyzedLength())
			}
			for term := range field.AnalyzedTokenFrequencies() {
				if field.Name() == fieldTitle && strings.HasPrefix(term, "=") {
					continue
				}
				if len(term) > 4*maxTerm || term == "" || field.Name() != fieldBigrams && utf8.ValidString(s) && !utf8.ValidString(term) {
					t.Errorf("%s: term %q", field.Name(), term)
				}
			}
		}
		n := 0
		unpackSections(string(packSections(d.Sections)), func(_, _, text string) {
			n++
			if !utf8.ValidString(text) || strings.ContainsAny(text, "\x00\x1e\x1f") {
				t.Errorf("text %q", text)
			}
		})
		if n != len(d.Sections) {
			t.Errorf("%d sections came back", n)
		}
		q := search.ParsePaste(s, false)
		ws, terms := a.plan(&q, false)
		if len(ws) > search.MaxPasteTerms || len(terms) > 6*search.MaxPasteTerms+maxGrams {
			t.Errorf("%d words, %d terms", len(ws), len(terms))
		}
		for _, w := range ws {
			if !strings.HasPrefix(q.Text[w.at:], w.chunk) {
				t.Errorf("%q does not stand at %d", w.chunk, w.at)
			}
		}
		for _, m := range newMarker(ws).find(q.Text) {
			if m.from >= m.to || m.to > len(q.Text) {
				t.Errorf("match %+v", m)
			}
		}
	})
}

func TestRecord(t *testing.T) {
	ls := lengths{1, 0, 300, 70000, 5, 1 << 40}
	for _, rec := range [][]byte{nil, {}, []byte("abc"), {0, 0xff}} {
		got, back, ok := unpackRecord(packRecord(ls, rec))
		if !ok || got != ls || !slices.Equal(back, rec) {
			t.Errorf("%q: got %v %q %v", rec, got, back, ok)
		}
	}
	for n := range len(packRecord(ls, nil)) {
		if _, _, ok := unpackRecord(packRecord(ls, nil)[:n]); ok {
			t.Errorf("%d bytes are enough", n)
		}
	}
}
