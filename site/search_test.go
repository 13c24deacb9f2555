package site_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// ops is a small portal with something of everything that search knows of.
var ops = map[string]string{
	"playbooks/kubernetes/crash.md": "---\ntitle: A pod crash-loops\nalerts: [KubePodCrashLooping]\nerrors: [CrashLoopBackOff]\nphase: [respond]\ntags: [pods]\napplies_to:\n  - product: Kubernetes\n---\n\nThe container ends and is started again.\n\n## Read its last log\n\n```sh\nkubectl logs --previous -n <namespace> <pod>\n```\n\n## OOMKilled\n\nExit code 137: it had too little memory.\n",
	"playbooks/linux/disk.md":       "---\ntitle: The disk is full\nerrors: [No space left on device]\nphase: [respond]\ntags: [disk]\napplies_to:\n  - product: Linux\n---\n\nWrites fail with No space left on device.\n",
	"guides/clock.md":               "# Clocks\n\nKeep time with chrony; watch windows of drift.\n",
	"guides/windows.md":             "# Time on Windows\n\nKeep time with w32tm.\n",
	"windows.md":                    "---\r\ntitle: Saved on Windows\r\n---\r\n\r\nBody.\r\n",
	"v1.0/alter.md":                 "# ALTER TABLE\n\nChanges a table of the ledger.\n",
	"v1.2/alter.md":                 "# ALTER TABLE\n\nChanges a table of the ledger.\n",
	"v1.10/alter.md":                "# ALTER TABLE\n\nChanges a table of the ledger, online.\n",
	"v1.10/drop.md":                 "# DROP TABLE\n\nRemoves a table of the ledger.\n",
	"de/netz.md":                    "---\nlang: de\n---\n# Netzausfall\n\nBei Störungen die Prüflisten abarbeiten und die Dienste neu starten.\n",
}

func TestDoorway(t *testing.T) {
	p := start(t, ops)
	for _, tt := range []struct{ path, location string }{
		{"/r/KubePodCrashLooping", "/playbooks/kubernetes/crash"},
		{"/r/KubePodCrashLooping?namespace=a%20b&pod=x-1", "/playbooks/kubernetes/crash#?namespace=a%20b&pod=x-1"},
		{"/r/kube%20pod%20crash%20looping", "/playbooks/kubernetes/crash"},
		{"/r/kube-pod-crash-looping", "/playbooks/kubernetes/crash"},
		{"/r/kubepodcrashlooping", "/playbooks/kubernetes/crash"},
		{"/r/KubePodCrahsLooping", "/playbooks/kubernetes/crash?for=KubePodCrahsLooping"},
		{"/r/KubePodCrashLoping?pod=x&msg=a;b&bad=%zz", "/playbooks/kubernetes/crash?for=KubePodCrashLoping#?pod=x"},
		{"/r/CrashLoopBackOff", "/playbooks/kubernetes/crash"},
		{"/r/OOMKilled?pod=x", "/playbooks/kubernetes/crash#oomkilled?pod=x"},
		{"/r/The%20disk%20is%20full", "/playbooks/linux/disk"},
		{"/r/ALTER%20TABLE", "/v1.10/alter"},
	} {
		r := p.get(tt.path)
		if r.status != http.StatusFound || r.header.Get("Location") != tt.location {
			t.Errorf("%s: got %d to %q, want %q", tt.path, r.status, r.header.Get("Location"), tt.location)
		}
	}
	for _, path := range []string{"/r/NothingOfTheKind", "/r/", "/r", "/r/a%2fb%5c%00c", "/r/%ff", "/r/x?%zz=1", "/r/%3Cscript%3E", "/r/" + strings.Repeat("x", 3000)} {
		r := p.get(path)
		if r.status != 200 || strings.Contains(r.body, "<script>") {
			t.Errorf("%.60s: got %d", path, r.status)
		}
	}
	p.get("/playbooks/kubernetes/crash?for=KubePodCrashLoping").has(t, "Nothing here is named <code>KubePodCrashLoping</code>")
	p.get("/playbooks/kubernetes/crash?for=Call+this+number").lacks(t, "Call this number")
	for _, path := range []string{"/r/KubePod", "/r/KubePodCrashLo", "/r/KubeNodeCrashLooping", "/r/Crash"} { // beginnings and other names lead nowhere
		if r := p.get(path); r.status != 200 || !strings.Contains(r.body, "No page here is for") {
			t.Errorf("%s: %d to %q", path, r.status, r.header.Get("Location"))
		}
	}
	p.get("/r/NothingOfTheKind").has(t, "No page here is for <code>NothingOfTheKind</code> yet", "alerts: [&#34;NothingOfTheKind&#34;]", "playbooks/NothingOfTheKind.md")

	text := p.get("/r/KubePodCrashLooping?pod=x-1", "User-Agent", "curl/8.5.0", "Accept", "*/*")
	if text.status != 200 || !strings.HasPrefix(text.header.Get("Content-Type"), "text/plain") {
		t.Errorf("curl gets %d %s", text.status, text.header.Get("Content-Type"))
	}
	text.has(t, "A pod crash-loops\n", "pod=x-1", "kubectl logs --previous -n <namespace> <pod>")
	text.lacks(t, "alerts:", "<p>")
	p.get("/r/Saved%20on%20Windows", "User-Agent", "curl/8").lacks(t, "title:", "---")
	p.get("/r/OOMKilled", "User-Agent", "Wget/1.21").has(t, "Exit code 137")
	p.get("/r/Nothing", "Accept", "text/plain").has(t, "No page here is for Nothing yet")
}

func TestSearchInATerminal(t *testing.T) {
	p := start(t, ops)
	r := p.get("/search?q=disk+full", "User-Agent", "curl/8.5.0")
	r.has(t, "The disk is full\n", p.url+"/playbooks/linux/disk")
	r.lacks(t, "<mark>", "<p>")
	for l := range strings.Lines(r.body) {
		if len([]rune(strings.TrimSuffix(l, "\n"))) > 80 && !strings.Contains(l, "http") {
			t.Errorf("a line is longer than 80 columns: %q", l)
		}
	}
	if v := r.header.Get("Vary"); !strings.Contains(v, "User-Agent") {
		t.Errorf("Vary is %q", v)
	}
	p.get("/search?q=no+space").has(t, "<mark>")
}

func TestLanguageOfQueries(t *testing.T) {
	p := start(t, ops)
	for _, tt := range []struct {
		q    string
		want []string // paths, in any order
		says string
	}{
		{"kind:playbook disk", []string{"playbooks/linux/disk.md"}, ""},
		{"KIND:Playbook disk", []string{"playbooks/linux/disk.md"}, ""},
		{"product:kubernetes container", []string{"playbooks/kubernetes/crash.md"}, ""},
		{"tag:disk full", []string{"playbooks/linux/disk.md"}, ""},
		{"version:1.2 table", []string{"v1.2/alter.md"}, ""},
		{"version:v1.10 ledger", []string{"v1.10/alter.md", "v1.10/drop.md"}, ""},
		{"keep time -windows", nil, "was not left out"},
		{"kind:playbook", []string{"playbooks/kubernetes/crash.md", "playbooks/linux/disk.md"}, ""},
		{"tag:disk", []string{"playbooks/linux/disk.md"}, ""},
		{"kind:playbook -crash", []string{"playbooks/linux/disk.md"}, ""},
		{"$ kubectl logs -previous", []string{"playbooks/kubernetes/crash.md"}, ""},
		{"keep time -chrony", []string{"guides/windows.md"}, ""},
		{`"Keep time with w32tm"`, []string{"guides/windows.md"}, ""},
		{`"time keep"`, []string{"guides/clock.md", "guides/windows.md"}, "No page has exactly"},
		{"tag:nosuch disk full", []string{"playbooks/linux/disk.md"}, "No page has the tag"},
		{"kubectl logs -previous", []string{"playbooks/kubernetes/crash.md"}, ""},
		{"kind:playbook kind:guide time", []string{"guides/clock.md", "guides/windows.md"}, ""},
		{"product:Linux crash-loops", []string{"playbooks/kubernetes/crash.md"}, "Nothing answers within the chosen filters"},
		{"Störung", []string{"de/netz.md"}, ""},
		{"Dienst", []string{"de/netz.md"}, ""},
	} {
		r := p.get("/api/v1/search?q=" + url.QueryEscape(tt.q))
		var a struct {
			Hits    []struct{ Path string }
			Notices []string
		}
		if err := json.Unmarshal([]byte(r.body), &a); err != nil {
			t.Fatal(err, r.body)
		}
		var got []string
		for _, h := range a.Hits {
			got = append(got, h.Path)
		}
		slices.Sort(got)
		if tt.want != nil && !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.q, got, tt.want)
		}
		if says := strings.Join(a.Notices, " "); !strings.Contains(says, tt.says) || tt.says == "" && says != "" {
			t.Errorf("%s: says %q, want %q", tt.q, says, tt.says)
		}
	}
}

// TestVersionsAreOneHit wants the newest version of a page, and the others beside it.
func TestVersionsAreOneHit(t *testing.T) {
	p := start(t, ops)
	r := p.get("/api/v1/search?q=alter+table")
	var a struct {
		Total int
		Hits  []struct {
			Path     string
			Versions []struct{ Version, URL string }
		}
		Facets map[string]map[string]int
	}
	if err := json.Unmarshal([]byte(r.body), &a); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(a.Hits[0]); got != "{v1.10/alter.md [{v1.10 /v1.10/alter} {v1.2 /v1.2/alter} {v1.0 /v1.0/alter}]}" {
		t.Errorf("first is %s", got)
	}
	if a.Total != 2 || a.Facets["version"]["v1.10"] != 2 || a.Facets["version"]["v1.2"] != 1 {
		t.Errorf("%d pages, versions %v", a.Total, a.Facets["version"])
	}
	p.get("/search?q=alter+table").has(t, "Also for", `<a href="/v1.2/alter">v1.2</a>`)
	p.get("/search?q=alter+table&version=v1.0").has(t, `<a href="/v1.0/alter">ALTER TABLE</a>`, "Take this filter off")
}

const pasted = `Nov 25 03:12:44 node-17.prod.example.com kubelet[1873]: E1125 03:12:44.120394    1873 pod_workers.go:965] "Error syncing pod, skipping" err="failed to \"StartContainer\" for \"app\" with CrashLoopBackOff: back-off 5m0s restarting failed container=app pod=shop-7d9f8b6c5d-x2x4z_prod(0c2c5d3e-6f0a-4b0e-9d1a-1f2e3d4c5b6a)"
`

func TestPaste(t *testing.T) {
	p := start(t, ops)
	for name, body := range map[string]string{
		"log line":     pasted,
		"alertmanager": `{"version":"4","status":"firing","commonLabels":{"severity":"critical"},"alerts":[{"status":"firing","labels":{"alertname":"KubePodCrashLooping","namespace":"prod","pod":"shop-1"},"annotations":{"description":"Pod prod/shop-1 is in waiting state"},"startsAt":"2026-11-25T03:12:44Z"}]}`,
		"a form":       "q=" + url.QueryEscape(pasted),
	} {
		for _, path := range []string{"/search", "/api/v1/search"} {
			if name == "a form" && path != "/search" {
				continue
			}
			r := p.do(http.MethodPost, path, strings.NewReader(body))
			if r.status != 200 {
				t.Errorf("%s at %s: %d", name, path, r.status)
			}
			first := regexp.MustCompile(`(<h2><a href="|"url":")([^"#]+)`).FindStringSubmatch(r.body)
			if first == nil || first[2] != "/playbooks/kubernetes/crash" {
				t.Errorf("%s at %s: first is %v", name, path, first)
			}
			if cc := r.header.Get("Cache-Control"); path == "/search" && cc != "private, no-cache" { // so that Back has it

				t.Errorf("%s is kept: %s", path, cc)
			}
		}
	}
	r := p.do(http.MethodPost, "/search", strings.NewReader("q="+url.QueryEscape(pasted)))
	r.has(t, "What was searched of it")
	if i := strings.Index(r.body, "What was searched of it"); i > 0 {
		shown := r.body[i : i+strings.Index(r.body[i:], "</details>")]
		for _, noise := range []string{"03:12:44", "example.com", "1873", "0c2c5d3e", "pod_workers.go"} {
			if strings.Contains(shown, noise) {
				t.Errorf("%q was searched: %s", noise, shown)
			}
		}
	}
	foreign := "npm ERR! code ERESOLVE\nnpm ERR! ERESOLVE unable to resolve dependency tree\nnpm ERR! Found: react@18.2.0\n"
	p.do(http.MethodPost, "/search", strings.NewReader(foreign)).lacks(t, "Take this filter off")
	if r := p.do(http.MethodPost, "/search", strings.NewReader(foreign)); !strings.Contains(r.body, "Nothing here looks like") && !strings.Contains(r.body, "No page here has these words") {
		t.Errorf("a foreign error is not said to be one:\n%s", r.body)
	}
}

func TestSuggestBox(t *testing.T) {
	p := start(t, ops)
	r := p.get("/-/suggest?q=crash")
	r.has(t, `role="option"`, `data-url="/playbooks/kubernetes/crash`, "data-status")
	r.lacks(t, "<html", "<main")
	p.get("/-/suggest?q=qwertzuiop").has(t, "No page has these words.")
	p.get("/-/suggest?q=%3Cb%3E").lacks(t, "<b>&lt;b", "<b><b>")
}

func TestOpenSearch(t *testing.T) {
	p := start(t, ops)
	var d struct {
		XMLName xml.Name
		URLs    []struct {
			Template string `xml:"template,attr"`
			Type     string `xml:"type,attr"`
		} `xml:"Url"`
	}
	if err := xml.Unmarshal([]byte(p.get("/opensearch.xml").body), &d); err != nil || len(d.URLs) != 3 {
		t.Fatal(err, d)
	}
	for _, u := range d.URLs {
		path := strings.ReplaceAll(strings.TrimPrefix(u.Template, p.url), "{searchTerms}", "disk")
		if r := p.get(path); r.status != 200 || !strings.HasPrefix(r.header.Get("Content-Type"), u.Type) {
			t.Errorf("%s: %d %s, want %s", path, r.status, r.header.Get("Content-Type"), u.Type)
		}
	}
	if got := p.get("/api/v1/suggest?q=disk+full").body; !strings.HasPrefix(got, `["disk full",["The disk is full"`) {
		t.Errorf("suggestions: %s", got)
	}
}

func TestLLMs(t *testing.T) {
	p := start(t, ops)
	r := p.get("/llms.txt")
	r.has(t, "# Rutter\n", "## Playbooks\n", "- [The disk is full]("+p.url+"/playbooks/linux/disk.md): Writes fail")
	for _, m := range regexp.MustCompile(`\]\((http[^)]+)\)`).FindAllStringSubmatch(r.body, -1) {
		if got := p.get(strings.TrimPrefix(m[1], p.url)); got.status != 200 {
			t.Errorf("%s answers %d", m[1], got.status)
		}
	}
}

// TestLanguageOfThePortal names it while the portal runs: pages that name none are read in it.
func TestLanguageOfThePortal(t *testing.T) {
	p := start(t, map[string]string{"netz.md": "# Netz\n\nBei Ausfällen die Prüflisten abarbeiten.\n", "en.md": "---\nlang: en\n---\n# Net\n\nOutages\n"})
	p.get("/api/v1/search?q=ausfall+prüfliste").lacks(t, `"total":1`)
	p.get("/netz").has(t, `<html lang="en">`)
	p.write("portal.yaml", "lang: de\n")
	p.until("words are found in another form", func() bool {
		return strings.Contains(p.get("/api/v1/search?q=der+ausfall").body, `"path":"netz.md"`)
	})
	p.get("/netz").has(t, `<html lang="de">`)
	p.get("/en").has(t, `<html lang="en">`)
	if r := p.get("/portal.yaml"); r.status != http.StatusNotFound {
		t.Errorf("portal.yaml answers %d", r.status)
	}
}

// TestFiltersInTheText wants filters that were typed to be taken off like those that were ticked, each alone, with the
// rest of the query as it was.
func TestFiltersInTheText(t *testing.T) {
	p := start(t, ops)
	r := p.get("/search?q=" + url.QueryEscape(`kind:playbook product:Linux "writes fail" -crash`))
	r.has(t, `href="/search?kind=playbook&amp;q=%22writes+fail%22+-crash"`, `href="/search?product=Linux&amp;q=%22writes+fail%22+-crash"`,
		`<input type="hidden" name="q" value="&#34;writes fail&#34; -crash">`)
	p.get("/search?kind=playbook").has(t, "2 pages", "Take this filter off")
	p.get("/search?q="+url.QueryEscape("kind:guide kepe tiem -windwos")).has(t, `Did you mean <a href="/search?kind=guide&amp;q=keep+time+-windwos">`)
}

// TestBoxSaysAll wants the box to say what the page says.
func TestBoxSaysAll(t *testing.T) {
	p := start(t, ops)
	p.get("/-/suggest?q="+url.QueryEscape(`"time keep"`)).has(t, "No page has exactly")
	p.get("/-/suggest?q="+url.QueryEscape("product:Linux crash-loops")).has(t, "Nothing answers within the chosen filters")
	p.get("/-/suggest?q="+url.QueryEscape(`{"msg":"disk xyzzy wurble frotz plugh quux"}`)).has(t, "Nothing here looks like an answer")
}

// TestTerminal wants text that reads well: 80 columns, items of lists with their indent, blocks of code as they are.
func TestTerminal(t *testing.T) {
	long := strings.TrimSpace(strings.Repeat("lorem ipsum ", 12))
	p := start(t, map[string]string{"playbooks/wide.md": "# WideThing\n\n- " + long + "\n  " + long + "\n\n1. " + long + "\n\n> " + long + "\n\n2026 " + long + "\n\n~~~\n```\n" + long + "\n~~~\n\n" + long + "\n"})
	r := p.get("/r/WideThing", "User-Agent", "curl/8")
	var over []string
	for l := range strings.Lines(r.body) {
		if utf8.RuneCountInString(strings.TrimRight(l, "\n")) > 80 {
			over = append(over, l)
		}
	}
	if len(over) != 1 || !strings.HasPrefix(over[0], "lorem") {
		t.Errorf("too wide: %q", over)
	}
	r.has(t, "\n- lorem", "\n  lorem", "\n1. lorem", "\n   ipsum", "\n> lorem", "\n2026 lorem", "~~~\n```\n")
	p.get("/r/NothingOfTheKind", "User-Agent", "curl/8").has(t, "No page here is for NothingOfTheKind yet", "    alerts: [\"NothingOfTheKind\"]", "playbooks/NothingOfTheKind.md")
	p.get("/search", "User-Agent", "curl/8").has(t, "curl --data-binary @app.log "+p.url+"/search")
}
