package search

import (
	"strings"
	"testing"
)

func TestEssence(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"klog", `E1125 03:12:44.120394    1873 pod_workers.go:965] "Error syncing pod, skipping" err="failed to start" pod="shop-7d9f8b6c5d-x2x4z_prod"`, `"Error syncing pod, skipping" failed to start"`},
		{"syslog", `Nov 25 03:12:44 node-17.prod.example.com kernel: Out of memory: Killed process 4242 (java) total-vm:8123456kB`, `Out of memory: Killed process (java) total-vm:8123456kB`},
		{"ISO time and level", `2026-11-25T03:12:44.120Z ERROR [pool-1-thread-7] o.a.k.c.NetworkClient - Connection to node -1 (broker/10.0.0.7:9092) could not be established`, `ERROR [pool-1-thread-7] o.a.k.c.NetworkClient - Connection to node -1 (broker/10.0.0.7:9092) could not be established`},
		{"codes are kept", `ORA-01555: snapshot too old; HRESULT 0x80070005, SQLSTATE 53300, exit code 137, HTTP 503`, `ORA-01555: snapshot too old; HRESULT 0x80070005, SQLSTATE 53300, exit code 137, HTTP 503`},
		{"pointers and hashes are not", `at 0x00007ffe3b2c1a90 image sha256:9f86d081884c7d659a2feaa0c55ad015 failed 550e8400-e29b-41d4-a716-446655440000`, `at image sha256:9f86d081884c7d659a2feaa0c55ad015 failed`},
		{"paths and addresses", `open /var/lib/app/data.db: permission denied from 192.168.1.7:5432 and fe80::1ff:fe23:4567:890a via https://db.example.org/x`, `open permission denied from and via`},
		{"Java trace", "java.lang.OutOfMemoryError: Java heap space\n\tat java.util.Arrays.copyOf(Arrays.java:3332)\n\tat com.example.Main.run(Main.java:12)\n\t... 12 more\n", "java.lang.OutOfMemoryError: Java heap space"},
		{"Python trace", "Traceback (most recent call last):\n  File \"/srv/app/main.py\", line 12, in run\n    main()\nConnectionRefusedError: [Errno 111] Connection refused\n", "ConnectionRefusedError: [Errno 111] Connection refused\nTraceback (most recent call last):\nmain()"},
		{"Alertmanager", `{"status":"firing","alerts":[{"labels":{"alertname":"KubePodCrashLooping","severity":"critical"},"annotations":{"summary":"Pod is crash looping"}}]}`, "KubePodCrashLooping\nPod is crash looping"},
		{"JSON lines", `{"level":"error","ts":1732504364.12,"msg":"etcdserver: request timed out","took":"7.2s"}` + "\n" + `{"level":"info","msg":"started"}`, "etcdserver: request timed out\nstarted"},
		{"the same line again and again", "boom failed\nboom failed\nboom failed\n", "boom failed"},
		{"trouble first", "starting\nlistening\nbind: address already in use: failed\n", "bind: address already in use: failed\nstarting\nlistening"},
		{"codes like a logger's day", "E1103 disk controller fault, then W0101", "E1103 disk controller fault, then W0101"},
		{"numbers after what names them", "Event ID 7036, MSSQL 18456, Msg 9002, FATAL 53300, pid 4242 of 65536 in WARN 12345", "Event ID 7036, MSSQL 18456, Msg 9002, FATAL 53300, of in"},
		{"codes in small letters", "ora-01555 tns-12541 cve-2024-12345 web-7b9d5c6f4d-2xkqp db-x2x4z node-22222", "ora-01555 tns-12541 cve-2024-12345 web db node-22222"},
		{"many labels before the name", `{"alerts":[` + strings.Repeat(`{"labels":{"a":"b","c":"d","e":"f"}},`, 200) + `{"labels":{"alertname":"KubePodCrashLooping"}}]}`, "KubePodCrashLooping"},
		{"nothing but noise", "10.0.0.1 10.0.0.2", "10.0.0.1 10.0.0.2"},
		{"empty", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := essence(tt.in); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

func TestLooksPasted(t *testing.T) {
	for q, want := range map[string]bool{
		"no space left on device": false,
		"kubectl logs web-7b9d5c6f4d-2xkqp -n shop --since-time=2026-11-25": false,
		"Nov 25 03:12:44 db1 kernel: Out of memory":                         true,
		`{"level":"error","msg":"x"}`:                                       true,
		"2026-11-25 03:12:44 ERROR connection refused by peer":              true,
		"E1125 03:12:44.1 1 reflector.go:138] Failed to watch":              true,
		"E1125 disk controller fault after the upgrade":                     false,
		"what changed on 2026-11-25":                                        true,
		"release 2026-11-25":                                                false,
		"5.15.0-91 kernel panic after upgrade":                              false,
		"oc get pods -n ns -l app=x":                                        false,
	} {
		if got := looksPasted(q); got != want {
			t.Errorf("%q: %v", q, got)
		}
	}
}

// FuzzEssence wants what is kept to be no longer than what was pasted, and the essence of nothing to be nothing.
func FuzzEssence(f *testing.F) {
	for _, s := range []string{"", "{}", "[[[[", `{"a":{"b":[1,"x"]}}`, "a=b c=\"d\"", "\tat x(y)\n", "@.@ :::: 0x", strings.Repeat("- ", 100)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := essence(s)
		if strings.TrimSpace(s) != "" && strings.TrimSpace(got) == "" {
			t.Errorf("nothing is left of %q", s)
		}
	})
}

func TestRead(t *testing.T) {
	for _, tt := range []struct {
		q, text, phrases, without, filters string
		exact                              bool
	}{
		{`disk full`, "disk full", "", "", "", false},
		{`"disk full"`, "disk full", "disk full", "", "", true},
		{`linux "disk full"`, "linux disk full", "disk full", "", "", false},
		{`a "b`, `a "b`, "", "", "", false},
		{`say "x"y`, `say "x"y`, "", "", "", false},
		{`disk -windows`, "disk", "", "windows", "", false},
		{`-windows`, "-windows", "", "", "", false},
		{`disk -no`, "disk -no", "", "", "", false},
		{`disk -v2x`, "disk -v2x", "", "", "", false},
		{`tail -follow`, "tail -follow", "", "", "", false},
		{`pods -n -windows`, "pods -n -windows", "", "", "", false},
		{`oc get pods -n ns -l app=x`, "oc get pods -n ns -l app=x", "", "", "", false},
		{`kind:playbook disk`, "disk", "", "", "kind=playbook", false},
		{`product:"docker engine" disk`, "disk", "", "", "product=Docker Engine", false},
		{`version:V26.1 x`, "x", "", "", "version=v26.1", false},
		{`version:v7.0 x`, "x", "", "", "version=7.0", false},
		{`tag:nosuch x`, "tag:nosuch x", "", "", "", false},
		{`color:red x`, "color:red x", "", "", "", false},
		{`kind: x`, "kind: x", "", "", "", false},
		{`http://kind:playbook`, "http://kind:playbook", "", "", "", false},
	} {
		q := Parse(tt.q, everything)
		var filters []string
		for _, f := range FacetNames {
			for _, v := range q.Filters[f] {
				filters = append(filters, f+"="+v)
			}
		}
		got := []string{q.Text, strings.Join(q.Phrases, "|"), strings.Join(q.Without, "|"), strings.Join(filters, "|")}
		want := []string{tt.text, tt.phrases, tt.without, tt.filters}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%s: got %q, want %q", tt.q, got, want)
				break
			}
		}
		if q.Exact != tt.exact || q.Typed != tt.q {
			t.Errorf("%s: exact %v, typed %q", tt.q, q.Exact, q.Typed)
		}
	}
}
