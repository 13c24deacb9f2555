package site_test

import (
	"net/url"
	"strings"
	"testing"
)

const procedure = "---\nkind: playbook\ninputs:\n  - name: pod\n    type: k8s-name\n  - name: size\n    default: 2Gi\n  - name: mode\n    type: enum\n    options: [soft, hard]\n  - name: token\n    type: secret\n---\n# Move it\n\n" +
	"```sh\nkubectl -n <namespace> get pod <pod>\n```\n\n```console\n$ kubectl delete pod \"<pod>\" --note='<reason for it>'\npod <pod> deleted\n```\n\n```sh\nssh <host> \"echo <reason for it> <token> <size>\"\n```\n"

// TestValues fills in values as the form without scripts does.
func TestValues(t *testing.T) {
	p := start(t, map[string]string{"playbooks/move.md": procedure})
	r := p.get("/playbooks/move")
	r.has(t, `name="v.pod"`, `name="v.namespace"`, "Reason for it", `<option value="soft">`, `value="2Gi"`,
		`<var data-v="pod" data-q="w" class="nil">&lt;pod&gt;</var>`, `<var data-v="size" data-q="p" data-o="&lt;size&gt;">2Gi</var>`,
		`<use href="#shape:ring"></use></svg>Reads`, `<use href="#shape:stop"></use></svg>Destroys`, `class="cmd kill"`, "pod &lt;pod&gt; deleted")
	r.lacks(t, `name="v.token"`)
	if i, j := strings.Index(r.body, "/v-pod"), strings.Index(r.body, "/v-namespace"); i < 0 || i > j {
		t.Error("what is declared does not come first")
	}

	sent := url.Values{"v.pod": {"web-1"}, "v.namespace": {"shop"}, "v.reason-for-it": {`it's <b>"done"$x`}, "v.token": {"hunter2"}, "v.host": {"-x;y"}, "v.size": {"9Gi"}}
	r = p.get("/playbooks/move?" + sent.Encode())
	r.has(t, `data-o="&lt;pod&gt;">web-1</var>`, `>shop</var>`, `--note=<span class="hs">&#39;<var data-v="reason-for-it" data-q="s" data-o="&lt;reason for it&gt;">it&#39;\&#39;&#39;s &lt;b&gt;&#34;done&#34;$x</var>`,
		`<var data-v="reason-for-it" data-q="p" class="nil">`, `<var data-v="host" data-q="p" class="nil">`, `>9Gi</var>`)
	r.lacks(t, "hunter2", `<b>"`, "<b>&#34;")
	if cc, rp := r.header.Get("Cache-Control"), r.header.Get("Referrer-Policy"); cc != "no-store" || rp != "no-referrer" {
		t.Errorf("an answer with values has %q, %q", cc, rp)
	}
	r.has(t, "Not filled in at one place: another program reads it there")
	p.get("/playbooks/move").lacks(t, "Not filled in at")
	p.get("/playbooks/move?v.pod=NOT+A+POD").has(t, `aria-invalid="true"`, `<var data-v="pod" data-q="w" class="nil">`, `value="NOT A POD"`)
	p.get("/playbooks/move").lacks(t, "web-1", "NOT A POD")
}
