package version_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rutter/content/version"
)

// ascending are versions of one kind each, in their vendors' order; versions on one line are the same.
var ascending = map[string][]string{
	"VMware": {
		"3.5", "3.5 Update 1", "3.5 Update 2|3.5 U2|3.5.2|3.5 update 2", "4.0", "6.7 U3", "7.0|7.0.0|7|7.0 GA|ESXi 7.0", "7.0 U1|7.0.1",
		"7.0 U3|7.0.3|7.0 Update 3", "7.0 U3 build 18644231", "7.0 U3 build 19193900|7.0.3-19193900|7.0.3 (19193900)", "7.0 U3c", "7.0 U3d",
		"8.0", "8.0 U2", "8.0 U2b", "8.0 U2b (23305546)|8.0 Update 2b-23305546|8.0 U2b build 23305546", "8.0 U10",
	},
	"SemVer":            {"v1.0.0-alpha|1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1|1.0-RC1", "1.0.0|v1", "1.0.1", "1.2", "1.10|1.10.0", "2.0-dev", "2"},
	"Debian":            {"2.3~rc1-1", "2.3", "2.3-4", "2.3-4ubuntu1", "2.3-4ubuntu1.2", "2.3-4ubuntu10", "2.3-10", "1:2.3.1-1|2.3.1-1", "2:10.0~beta", "1:10.0"},
	"OpenSSL":           {"1.0.1", "1.0.2-beta1", "1.0.2", "1.0.2a", "1.0.2k", "1.1.0", "3.0.0-alpha1", "3.0.0"},
	"OpenSSH":           {"8.9p1", "8.9p2", "9.0p1"},
	"SUSE":              {"12 SP5|12.5|12 Service Pack 5", "15", "15 SP1", "15 SP6"},
	"Windows":           {"2008", "2008 R2", "2012", "2012 R2", "2016", "2019", "2019 CU12|2019 Cumulative Update 12", "2022"},
	"Red Hat":           {"4.18.0-80.el8", "4.18.0-305.el8", "5.14.0-70.el9"},
	"Python":            {"3.9a1", "3.9a2", "3.9b1", "3.9rc1", "3.9", "3.9.1"},
	"builds":            {"build 98103", "103908|build 103908", "19193900", "120000000"},
	"Java":              {"8", "8u202|1.8.0_202", "8u361", "8u392|1.8.0_392|1.8.0_392-b08|jdk1.8.0_392", "11"},
	"Oracle":            {"9i", "10g R2|10.2", "11g", "11g R2|11.2", "12c|12", "12c R2|12.2", "12.2.0.1", "19c|19", "19.21.0.0.231017", "21c", "23ai|23"},
	"Cisco":             {"15.5(3)", "15.5(3)M", "15.5(3)M3", "15.5(3)M10"},
	"Citrix":            {"7.15 LTSR|7.15", "7.15 CU5", "7.15 LTSR CU9"},
	"builds of Windows": {"1507", "1909"},
	"Windows 10":        {"21H2", "22H2|22.2", "23H1"},
	"Spring":            {"1.0.0.M3|1.0.0-M3|1.0.0 M3", "1.0.0.RC1", "1.0.0"},
	"Ubuntu":            {"5.15.0-91", "5.15.0-1051-azure", "5.15.0-10060-tuxedo"},
	"PAN-OS":            {"10.1.9-h10", "10.1.9-h18"},
	"Letters":           {"1.0.2", "1.0.2c", "1.0.2g", "1.0.2i"},
	"GKE":               {"1.28.4-gke.100", "1.28.5-gke.999", "1.28.5-gke.1217000"},
}

func parse(t testing.TB, s string) version.Version {
	t.Helper()
	v, err := version.Parse(s)
	if err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	return v
}

func TestOrder(t *testing.T) {
	for vendor, list := range ascending {
		for i, as := range list {
			for j, bs := range list {
				for _, a := range strings.Split(as, "|") {
					for _, b := range strings.Split(bs, "|") {
						want := min(max(i-j, -1), 1)
						if got := version.Compare(parse(t, a), parse(t, b)); got != want {
							t.Errorf("%s: %q against %q: got %d, want %d", vendor, a, b, got, want)
						}
					}
				}
			}
		}
	}
	for _, s := range []string{"", "latest", "ESXi", "-", "~", "ESXi70U3o", "esxi-70u3", "10 22H2 19045.3803", "Windows 11 Version 23H2"} {
		if _, err := version.Parse(s); err == nil {
			t.Errorf("%q is no version", s)
		}
	}
}

func TestRange(t *testing.T) {
	for _, c := range []struct{ in, yes, maybe, no string }{
		{">=7.0 <=8.0 U3", "7.0|7.0 U3|8.0 U3|8.0 U3b|7.0.3-19193900", "8|8.0", "6.7 U3|8.0 U4|9|7.0 rc1"},
		{">=1.28 <1.31", "1.28|1.28.0|1.30.9|v1.29.4+k3s1", "1", "1.27.16|1.31|1.31.0"},
		{">=1.28, <1.31", "1.28", "", "1.31|1.27"},
		{"3.5 Update 2", "3.5 U2|3.5 Update 2 build 103908", "3.5", "3.5 U1|3.5 U3|3.5 U20"},
		{"7.0", "7.0|7.0.3|7.0 U3", "7", "7.1|6.9|7.0-rc1"},
		{"7.x", "7|7.0|7.9.1", "", "8|6"},
		{"7.0, 8.0 U1", "7.0 U3|8.0 U1", "8.0", "7.5|8.0 U2"},
		{"5.4 or newer", "5.4|5.15.1|6", "5", "5.3|4"},
		{"5.4+", "5.4|6", "", "5.3"},
		{"13 and later", "13|17.2", "", "12.9"},
		{"before 2.5", "2.4.9|1|2.5-rc1", "2", "2.5|2.5.1|3"},
		{"prior to 7.0 U3", "7.0 U2|6.7", "7.0", "7.0 U3|8"},
		{"up to 2.5", "2.5|2.5.9|2.4", "", "2.6"},
		{"8.0 U1 or earlier", "8.0 U1|8.0 U1a|7", "8.0", "8.0 U2"},
		{"3.5 to 4.1", "3.5|4.0|4.1.2", "3", "3.4|4.2"},
		{"3.5 - 4.1", "3.5|4.1", "", "5"},
		{"between 3 and 4", "3|4.9|3.2", "", "5|2"},
		{"since 11", "11|12", "", "10"},
		{"> 7.0", "7.1|8", "", "7.0|7.0.3|6"},
		{"<7.0 || >=8.0", "6.7|8.0", "", "7|7.0 U3"},
		{"^1.2", "1.2|1.9.9", "1", "2|1.1"},
		{"~1.2.3", "1.2.3|1.2.9", "1.2", "1.3|1.2.2"},
		{"^0.4.1", "0.4.1|0.4.9", "0.4", "0.5|0.3"},
		{"build 103908", "103908|3.5 U2 build 103908", "3.5 U2", "103909|98103"},
		{"<19193900", "18644231|7.0.3-18644231", "7.0", "19193900|20000000"},
		{">=103908 <=110268", "103908|105000", "3.5", "110269"},
		{"3.5 Update 2 build 103908", "3.5 U2 build 103908|103908", "3.5 U2|3.5|3.5.0 build-103908", "3.5 U2 build 110268|3.5 U1|110268"},
		{"", "1|7.0 U3", "", ""},
		{"all versions", "1", "", ""},
		{"1:2.3-4ubuntu1 or newer", "1:2.3-4ubuntu1|1:2.4|2.9", "", "1:2.2|1:2.3-3"},
		{"before HPD8", "HPD7", "", "HPD8|HPD9"},
		{"≥ 8.2", "8.2|9", "", "8.1"},
		{"8.0-8.4", "8.0|8.2|8.4.1", "8", "8.5|7"},
		{"3.5–4.1", "3.5|3.9|4.1", "3|4", "4.2"},
		{"1.28..1.30", "1.28|1.29|1.30.9", "1", "1.31|1.27"},
		{"2016-2019", "2016|2017|2019", "", "2022|2013"},
		{"1.28/1.29", "1.28|1.29.1", "1", "1.30"},
		{"7.0 | 8.0", "7.0|8.0 U1", "7", "7.5"},
		{"7.0 before 7.0 U3", "7.0 U1|7.0 U2a", "7.0", "7.0 U3|8.0|6.7"},
		{"from 7.0 before 7.0 U3", "7.0 U1", "7.0", "7.0 U3"},
		{"2.3-4", "2.3-4", "2.3", "2.4|3.0|2.3-5"},
		{"2.3-4ubuntu1", "2.3-4ubuntu1", "2.3", "3"},
		{"4.18.0-305.el8", "4.18.0-305.el8", "4.18", "4.19"},
		{"7.0.3-19193900", "7.0.3-19193900|19193900|7.0.3 (19193900)", "7.0.3|7.0.2-19193900", "8|7.0.3-18644231|18644231"},
		{"1.28.5-gke.1217000", "1.28.5-gke.1217000", "1.28.5", "1.29"},
		{">=15.5(3)M", "15.5(3)M3|15.5(3)M", "15.5", "15.5(2)M3"},
		{"<15.5(3)M3", "15.5(2)", "15.5(3)M", "15.5(3)M3|15.5(3)M10"},
		{"10.6", "1:10.6.16+maria~ubu2204", "", "1:10.5"},
		{">=11", "1:11.2", "", "1:10.6.16+maria~ubu2204"},
		{"<24.0.9", "5:24.0.7-1~ubuntu", "24", "5:24.0.9-1~ubuntu"},
		{"19c", "19.21.0.0.231017|19c", "", "21c|18c"},
		{"12c R2", "12.2.0.1", "12c", "12.1.0.2|11g"},
		{"11g", "11.2.0.4|11g R2", "", "12c"},
		{">=7.15 CU5", "7.15 LTSR CU9", "7.15", "7.15 LTSR CU4"},
		{">=8u301", "1.8.0_392|8u392", "8", "1.8.0_292"},
		{"<5.15.0-91", "5.15.0-90", "5.15.0", "5.15.0-10060-tuxedo"},
		{"build 19045", "19045", "10.0.19045.3803", "19044"},
		{"build 23305546", "8.0 U2b (23305546)|8.0 Update 2b-23305546", "8.0 U2b", "23305547"},
		{"8.0 U2b", "8.0 Update 2b-23305546|8.0 U2b (23305546)", "8.0", "8.0 U2c"},
		{"22H2", "22H2|22.2", "22", "21H2|23H2"},
	} {
		r, err := version.ParseRange(c.in)
		if err != nil {
			t.Errorf("%q: %v", c.in, err)
			continue
		}
		for want, list := range map[version.Verdict]string{version.Yes: c.yes, version.Maybe: c.maybe, version.No: c.no} {
			for v := range strings.SplitSeq(list, "|") {
				if v == "" {
					continue
				}
				if got := r.Has(parse(t, v)); got != want {
					t.Errorf("%q in %q: got %s, want %s (%+v)", v, c.in, got, want, r.Spans())
				}
			}
		}
	}
	for _, s := range []string{"latest", "the newest", ">=", ">= <", "8.0 <7.0", "8.0 to 7.0", ">=9 <8", "5.4 or newer, cgroup v2", "with systemd 240", "7.0 (all builds)", "7.0 all", "7.0 releases", "8.0 series", "10.2 branch", "7.0 except 7.0 U1", "!=7.0", "7.0 and all updates", "4.1–3.5", "1.28..2", "7.0 8.0", "7.0 updates", "some >=7.0", "7.0 & 8.0", "ESXi70U3o", "3.5 Update 2 with the patch of 12 August", "10 22H2", "7.0 größer", "7.0 U3c/U3d", "12 SP4, SP5"} {
		if r, err := version.ParseRange(s); err == nil {
			t.Errorf("%q was read as %+v", s, r.Spans())
		}
	}
}

func TestOnward(t *testing.T) {
	for _, c := range []struct{ in, yes, maybe, no string }{
		{"8.0 and later", "8.0|9", "", "7.0"},
		{"8.0 U2 or newer", "8.0 U2", "8.0", "8.0 U1"},
		{"8.0", "8.0|9", "", "7"},
		{">=8.0", "8.0|9", "", "7"},
		{"build 110268", "110269|3.5 build 110268", "3.5", "103908"},
	} {
		r, err := version.ParseRange(c.in)
		if err == nil {
			r, err = r.Onward()
		}
		if err != nil {
			t.Errorf("%q: %v", c.in, err)
		}
		for want, list := range map[version.Verdict]string{version.Yes: c.yes, version.Maybe: c.maybe, version.No: c.no} {
			for v := range strings.SplitSeq(list, "|") {
				if v != "" && r.Has(parse(t, v)) != want {
					t.Errorf("%q from %q on: want %s", v, c.in, want)
				}
			}
		}
	}
	for _, s := range []string{"", "any", "<8.0", "up to 8.0"} {
		if r, _ := version.ParseRange(s); true {
			if _, err := r.Onward(); err == nil {
				t.Errorf("%q has no beginning", s)
			}
		}
	}
}

func TestOverlaps(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{">=7.0 <=8.0 U3", "3.5 Update 2", false},
		{">=7.0", "7.0 U3", true},
		{"", "7", true},
		{"<7", ">=7", false},
		{"<=7", ">=7", true},
		{"5.x, 6.x", "7", false},
		{"5.x, 7.x", "7.2", true},
		{"7.0", "103908", true},
	} {
		a, _ := version.ParseRange(c.a)
		b, _ := version.ParseRange(c.b)
		if a.Overlaps(b) != c.want || b.Overlaps(a) != c.want {
			t.Errorf("%q and %q: want %v", c.a, c.b, c.want)
		}
	}
}

// drawn is any version a vendor may have written.
func drawn() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		s := rapid.SampledFrom([]string{"", "", "", "v", "1:", "version "}).Draw(t, "before")
		n := rapid.IntRange(1, 4).Draw(t, "numbers")
		for i := range n {
			if i > 0 {
				s += "."
			}
			s += fmt.Sprint(rapid.SampledFrom([]int{0, 0, 1, 2, 3, 9, 10, 11, 99, 2008}).Draw(t, "number"))
		}
		s += rapid.SampledFrom([]string{"", "", "", " U1", " U10", " Update 2", "a", "k", "-rc1", "-rc.2", "~beta", " SP3", "p1", "-4ubuntu1", "-19193900", " build 103908", "+k3s1", " GA", "-305.el8"}).Draw(t, "after")
		return s
	})
}

func TestOrderIsOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := drawn().Draw(t, "a"), drawn().Draw(t, "b"), drawn().Draw(t, "c")
		va, _ := version.Parse(a)
		vb, _ := version.Parse(b)
		vc, _ := version.Parse(c)
		if version.Compare(va, va) != 0 || version.Compare(va, vb) != -version.Compare(vb, va) {
			t.Fatalf("%q and %q are not ordered", a, b)
		}
		if version.Compare(va, vb) <= 0 && version.Compare(vb, vc) <= 0 && version.Compare(va, vc) > 0 {
			t.Fatalf("%q, %q, %q go round", a, b, c)
		}
		list := []version.Version{va, vb, vc}
		slices.SortFunc(list, version.Compare)
		rand.Shuffle(3, func(i, j int) { list[i], list[j] = list[j], list[i] })
		slices.SortFunc(list, version.Compare)
		if !slices.IsSortedFunc(list, version.Compare) {
			t.Fatal("not sorted")
		}
	})
}

func TestRangeAgreesWithOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawn().Draw(t, "version"), drawn().Draw(t, "bound")
		va, _ := version.Parse(a)
		vb, _ := version.Parse(b)
		has := func(s string) version.Verdict {
			r, err := version.ParseRange(s)
			if err != nil {
				t.Fatalf("%q: %v", s, err)
			}
			return r.Has(va)
		}
		at, above, below, from, to := has(b), has(">"+b), has("<"+b), has(">="+b), has("<="+b)
		c := version.Compare(va, vb)
		switch {
		case c >= 0 && from != version.Yes, c < 0 && from == version.Yes, c < 0 && below == version.No, c >= 0 && below != version.No:
			t.Fatalf("%q against %q: order %d, from %s, below %s", a, b, c, from, below)
		case at == version.Yes && (from != version.Yes || to != version.Yes || above != version.No || below != version.No):
			t.Fatalf("%q is %q, but from %s, to %s, above %s, below %s", a, b, from, to, above, below)
		case above == version.Yes && to != version.No, to == version.Yes && above != version.No:
			t.Fatalf("%q against %q: above %s and to %s", a, b, above, to)
		case c == 0 && at == version.No:
			t.Fatalf("%q is the same as %q and not in it", a, b)
		}
	})
}

func FuzzParseRange(f *testing.F) {
	for _, s := range []string{">=7.0 <=8.0 U3", "5.4 or newer", "1:2.3-4ubuntu1", "between 3 and 4, 7.x", "~", "build 1"} {
		f.Add(s, "7.0")
	}
	f.Fuzz(func(t *testing.T, s, v string) {
		r, err := version.ParseRange(s)
		if err != nil {
			return
		}
		if x, err := version.Parse(v); err == nil {
			_ = r.Has(x)
		}
		if !r.Overlaps(r) {
			t.Fatalf("%q does not meet itself", s)
		}
	})
}
