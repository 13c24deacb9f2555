package site_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"rutter/site"
	"rutter/site/webhook"
)

const hookSecret = "a secret of sixteen"

func hookMAC(text string) []byte {
	m := hmac.New(sha256.New, []byte(hookSecret))
	_, _ = m.Write([]byte(text))
	return m.Sum(nil)
}

// TestHook: what is signed has the repository looked at, and nothing else has; nobody learns the secret.
func TestHook(t *testing.T) {
	o := newOrigin(t)
	o.commit("begin", map[string]string{"a.md": "# First\n"})
	var log bytes.Buffer
	p, _ := o.serve(func(so *site.Options) {
		so.Hook, so.Log = []byte(hookSecret), slog.New(slog.NewTextHandler(&log, nil))
	})
	const push = `{"ref":"refs/heads/main","after":"1234567890123456789012345678901234567890"}`
	const ping = `{"zen":"Anything"}`
	signed := func(body string) string { return "sha256=" + hex.EncodeToString(hookMAC(body)) }
	form := url.Values{"payload": {push}}.Encode()
	standard := func(at time.Time) []string {
		stamp := fmt.Sprint(at.Unix())
		return []string{"Webhook-Id", "1", "Webhook-Timestamp", stamp, "Webhook-Signature", "v1," + base64.StdEncoding.EncodeToString(hookMAC("1."+stamp+"."+push))}
	}
	post := func(body string, header ...string) reply {
		return p.do(http.MethodPost, "/-/hook", strings.NewReader(body), header...)
	}
	for name, tt := range map[string]struct {
		r    reply
		want int
	}{
		"unsigned":       {post(push, "X-GitHub-Event", "push"), http.StatusUnauthorized},
		"nothing":        {post(""), http.StatusUnauthorized},
		"other secret":   {post(push, "X-Gitlab-Token", "another", "X-Gitlab-Event", "Push Hook"), http.StatusUnauthorized},
		"other body":     {post(push+" ", "X-Hub-Signature-256", signed(push), "X-GitHub-Event", "push"), http.StatusUnauthorized},
		"in the address": {p.do(http.MethodPost, "/-/hook?secret="+url.QueryEscape(hookSecret), strings.NewReader(push)), http.StatusUnauthorized},
		"a bad proof":    {post(push, "X-Hub-Signature-256", "sha256=00", "X-Gitlab-Token", hookSecret, "X-Gitlab-Event", "Push Hook"), http.StatusUnauthorized},
		"an old one":     {post(push, standard(time.Now().Add(-time.Hour))...), http.StatusUnauthorized},
		"no event":       {post("hello", "X-Hub-Signature-256", signed("hello")), http.StatusBadRequest},
		"too large":      {post(strings.Repeat(" ", webhook.MaxBody+1), "X-Gitlab-Token", hookSecret), http.StatusRequestEntityTooLarge},
		"GET":            {p.get("/-/hook", "X-Gitlab-Token", hookSecret), http.StatusMethodNotAllowed},
		"HEAD":           {p.do(http.MethodHead, "/-/hook", nil, "X-Gitlab-Token", hookSecret), http.StatusMethodNotAllowed},
		"PUT":            {p.do(http.MethodPut, "/-/hook", strings.NewReader(push), "X-Gitlab-Token", hookSecret), http.StatusMethodNotAllowed},
		"ping":           {post(ping, "X-Hub-Signature-256", signed(ping), "X-GitHub-Event", "ping"), http.StatusAccepted},
		"markup":         {post(ping, "X-Hub-Signature-256", signed(ping), "X-GitHub-Event", "<b>"), http.StatusAccepted},
	} {
		if tt.r.status != tt.want {
			t.Errorf("%s: %d, want %d: %s", name, tt.r.status, tt.want, tt.r.body)
		}
		if typ := tt.r.header.Get("Content-Type"); tt.want != http.StatusAccepted && typ != "application/problem+json" || tt.want == http.StatusAccepted && typ != "text/plain; charset=utf-8" {
			t.Errorf("%s: %s", name, typ)
		}
		if strings.Contains(tt.r.body, hookSecret) {
			t.Errorf("%s: the secret is told", name)
		}
	}
	for i, send := range []func() reply{
		func() reply { return post(push, "X-Hub-Signature-256", signed(push), "X-GitHub-Event", "push") },
		func() reply {
			return post(form, "X-Hub-Signature-256", signed(form), "X-GitHub-Event", "push", "Content-Type", "application/x-www-form-urlencoded")
		},
		func() reply {
			return post(push, "X-Gitea-Signature", signed(push)[len("sha256="):], "X-Gitea-Event", "push")
		},
		func() reply { return post(push, "X-Gitlab-Token", hookSecret, "X-Gitlab-Event", "Push Hook") },
		func() reply { return post(push, standard(time.Now())...) },
	} {
		o.commit("push", map[string]string{"a.md": fmt.Sprintf("# Push %d\n", i)})
		if r := send(); r.status != http.StatusAccepted || r.body != "push\n" {
			t.Errorf("%d: %d %q", i, r.status, r.body)
		}
		p.until("the push is served", func() bool { return strings.Contains(p.get("/a").body, fmt.Sprintf("Push %d", i)) })
	}
	for range 200 {
		post(push)
	}
	if err := p.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(log.String(), "a webhook was refused"); n < 1 || n > 3 {
		t.Errorf("refused webhooks fill the log: %d lines", n)
	}
	if strings.Contains(log.String(), hookSecret) {
		t.Error("the secret is in the log")
	}
}

// TestHookNeedsASecret: without one there is no such address.
func TestHookNeedsASecret(t *testing.T) {
	o := newOrigin(t)
	o.commit("begin", map[string]string{"a.md": "# First\n"})
	p, _ := o.serve()
	if r := p.get("/-/hook"); r.status != http.StatusNotFound {
		t.Errorf("%d", r.status)
	}
	if r := p.do(http.MethodPost, "/-/hook", strings.NewReader("{}"), "X-Gitlab-Token", ""); r.status != http.StatusMethodNotAllowed {
		t.Errorf("%d", r.status)
	}
	if r := start(t, map[string]string{"a.md": "# A\n"}, func(o *site.Options) { o.Hook = []byte("x") }).do(http.MethodPost, "/-/hook", strings.NewReader("{}")); r.status != http.StatusMethodNotAllowed {
		t.Errorf("without a repository: %d", r.status)
	}
}
