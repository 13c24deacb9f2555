//go:build trials

package bleve

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rutter/content"
	"rutter/search"
)

// foreign are errors of things that neither collection is about.
var foreign = []string{
	"npm ERR! code ERESOLVE\nnpm ERR! ERESOLVE unable to resolve dependency tree\nnpm ERR! Found: react@18.2.0",
	"[Server thread/ERROR]: Encountered an unexpected exception\njava.lang.NullPointerException: Ticking entity\n\tat net.minecraft.world.World.updateEntities(World.java:1234)",
	"mysql: ERROR 1045 (28000): Access denied for user 'root'@'localhost' (using password: YES)",
	"TypeError: Cannot read properties of undefined (reading 'map')\n    at App (App.jsx:12:18)",
	"ModuleNotFoundError: No module named 'numpy'",
	"fatal error: 'stdio.h' file not found\n#include <stdio.h>\ncompilation terminated.",
	"error[E0382]: borrow of moved value: `s`\n --> src/main.rs:4:20",
	"The application was unable to start correctly (0xc000007b). Click OK to close the application.",
	"MongoServerError: E11000 duplicate key error collection: shop.users index: email_1 dup key",
	"Fatal error: Uncaught PDOException: could not find driver in /var/www/html/index.php:7",
	"ld: symbol(s) not found for architecture arm64\nclang: error: linker command failed with exit code 1",
	"Gradle build failed: Could not resolve all dependencies for configuration ':app:debugRuntimeClasspath'.",
	"redis.exceptions.ConnectionError: Error 111 connecting to localhost:6379. Connection refused.",
	"E: Unable to locate package python-pip\nReading package lists... Done",
	"git: error: failed to push some refs to 'origin'\nhint: Updates were rejected because the remote contains work",
	"PermissionError: [WinError 32] The process cannot access the file because it is being used by another process",
	"Unity: NullReferenceException: Object reference not set to an instance of an object\nPlayerController.Update () (at Assets/Scripts/PlayerController.cs:42)",
	"ffmpeg: Unknown encoder 'libx264'",
	"WARNING: Retrying (Retry(total=4)) after connection broken by 'SSLError(SSLCertVerificationError)': /simple/requests/",
	"Excel: We found a problem with some content in 'Book1.xlsx'. Do you want us to try to recover as much as we can?",
}

// wrapped is a message as a machine would log it.
func wrapped(i int, message string) string {
	switch i % 4 {
	case 0:
		return fmt.Sprintf("Nov %02d 03:12:%02d node-%d.prod.example.com app[%d]: %s", 1+i%28, i%60, i, 1000+i, message)
	case 1:
		return fmt.Sprintf("2026-11-25T03:12:%02d.%03dZ ERROR [worker-%d] %s request_id=0c2c5d3e-6f0a-4b0e-9d1a-%012d", i%60, i%1000, i%9, message, i)
	case 2:
		return fmt.Sprintf("E1125 03:12:%02d.120394    %d reflector.go:138] %s\nI1125 03:12:45.1 1 trace.go:205] Trace[1234567]: took 2.1s", i%60, 1000+i, message)
	}
	return fmt.Sprintf(`{"ts":"2026-11-25T03:12:%02dZ","level":"error","logger":"app","msg":%q,"pid":%d,"host":"node-%d"}`, i%60, message, 1000+i, i)
}

// TestPastes wraps judged messages into log lines: they must find as much as bare. It prints how many of them, and
// how many foreign errors, are answered with confidence.
func TestPastes(t *testing.T) {
	shared := needFolder(t, "SHARED")
	for corpus, sets := range map[string][]string{"R": {"cmd_R", "alert_R"}, "D26": {"cmd_D26"}} {
		g := indexOfPages(t, pagesOf(t, filepath.Join(shared, "relevance/corpora", corpus)))
		ask := func(q search.Query) search.Results {
			res, err := g.Search(t.Context(), content.Viewer{}, q)
			if err != nil {
				t.Fatal(err)
			}
			return res
		}
		paths := func(res search.Results) (out []string) {
			for _, h := range res.Hits {
				out = append(out, h.Path)
			}
			return out
		}
		n, sure, bare, pasted := 0, 0, 0.0, 0.0
		for _, set := range sets {
			for _, q := range readSet(t, filepath.Join(shared, "relevance", set)) {
				if q.kind != "err" && !strings.HasPrefix(q.kind, "sem_") {
					continue
				}
				bare += q.ndcg(paths(ask(search.Parse(q.text, nil))))
				res := ask(search.ParsePaste(wrapped(n, q.text), false))
				pasted += q.ndcg(paths(res))
				if n++; res.Confidence >= search.Confident {
					sure++
				}
			}
		}
		wrong := 0
		for _, f := range foreign {
			if res := ask(search.ParsePaste(f, false)); res.Total > 0 && res.Confidence >= search.Confident {
				wrong++
				t.Logf("%s: sure of %.40q: %.2f %s", corpus, f, res.Confidence, res.Hits[0].Path)
			}
		}
		t.Logf("%s: %d messages, nDCG@10 %.3f bare, %.3f as log lines; confident of %.0f %%, and of %d of %d foreign ones",
			corpus, n, bare/float64(n), pasted/float64(n), 100*float64(sure)/float64(n), wrong, len(foreign))
		if pasted < 0.97*bare {
			t.Errorf("%s: log lines find less than their messages", corpus)
		}
		if sure*10 < n*8 || wrong*4 > len(foreign) {
			t.Errorf("%s: confidence does not tell them apart", corpus)
		}
	}
}

// TestPayloads sends, for every page of the runbooks that is named like an alert, what Alertmanager would send: the
// page must come first, and with confidence.
func TestPayloads(t *testing.T) {
	docs := pagesOf(t, filepath.Join(needFolder(t, "SHARED"), "relevance/corpora/R"))
	g := indexOfPages(t, docs)
	bearers := map[string][]string{}
	for _, d := range docs {
		for _, n := range append([]string{d.Title}, d.Names...) {
			if isIdentifier(n) {
				bearers[n] = append(bearers[n], d.Path)
			}
		}
	}
	first, sure := 0, 0
	for name, paths := range bearers {
		payload := fmt.Sprintf(`{"status":"firing","alerts":[{"labels":{"alertname":%q,"instance":"10.1.1.1:9100","severity":"warning"},`+
			`"annotations":{"summary":"Something is wrong.","description":"The thing on 10.1.1.1:9100 has been wrong for more than 15 minutes."}}]}`, name)
		res, err := g.Search(t.Context(), content.Viewer{}, search.ParsePaste(payload, false))
		if err != nil {
			t.Fatal(err)
		}
		if len(res.Hits) > 0 && slices.Contains(paths, res.Hits[0].Path) {
			first++
		} else {
			t.Logf("%s: %v", name, res.Hits[0].Path)
		}
		if res.Confidence >= search.Confident {
			sure++
		}
	}
	t.Logf("%d payloads: the right page first for %d, with confidence for %d", len(bearers), first, sure)
	if len(bearers) < 100 || first*100 < len(bearers)*98 || sure*100 < len(bearers)*98 {
		t.Error("payloads do not lead to their pages")
	}
}
