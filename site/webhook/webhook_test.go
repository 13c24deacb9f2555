package webhook_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"rutter/site/webhook"
)

func mac(key, text string) []byte {
	m := hmac.New(sha256.New, []byte(key))
	_, _ = m.Write([]byte(text))
	return m.Sum(nil)
}

func hexMAC(key, text string) string { return hex.EncodeToString(mac(key, text)) }

func headers(kv ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(kv); i += 2 {
		h.Set(kv[i], kv[i+1])
	}
	return h
}

const (
	secret = "a long secret of this portal"
	rev    = "1234567890123456789012345678901234567890"
	push   = `{"ref":"refs/heads/docs/live","before":"0","after":"` + rev + `","commits":[{}]}`
	gone   = `{"ref":"refs/heads/draft","after":"0000000000000000000000000000000000000000"}`
	tag    = `{"ref":"refs/tags/v1","after":"` + rev + `"}`
)

var (
	now    = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	pushed = webhook.Event{Kind: webhook.Push, Branch: "docs/live", After: rev}
)

// standard is a request by the rules of Standard Webhooks.
func standard(at time.Time, key, body string, more ...string) http.Header {
	stamp := strconv.FormatInt(at.Unix(), 10)
	sig := "v1," + base64.StdEncoding.EncodeToString(mac(key, "msg_1."+stamp+"."+body))
	return headers(append([]string{"webhook-id", "msg_1", "webhook-timestamp", stamp, "webhook-signature", sig}, more...)...)
}

func TestVerify(t *testing.T) {
	key := "0123456789abcdef0123456789abcdef"
	whsec := "whsec_" + base64.StdEncoding.EncodeToString([]byte(key))
	form := url.Values{"payload": {push}}.Encode()
	for name, tt := range map[string]struct {
		h      http.Header
		body   string
		secret string
		want   webhook.Event
		err    error
	}{
		"GitHub push":         {headers("X-Hub-Signature-256", "sha256="+hexMAC(secret, push), "X-GitHub-Event", "push"), push, secret, pushed, nil},
		"GitHub ping":         {headers("X-Hub-Signature-256", "sha256="+hexMAC(secret, `{"zen":"x"}`), "X-GitHub-Event", "ping"), `{"zen":"x"}`, secret, webhook.Event{Kind: webhook.Ping}, nil},
		"GitHub form":         {headers("X-Hub-Signature-256", "sha256="+hexMAC(secret, form), "X-GitHub-Event", "push", "Content-Type", "application/x-www-form-urlencoded"), form, secret, pushed, nil},
		"GitHub other":        {headers("X-Hub-Signature-256", "sha256="+hexMAC(secret, push), "X-GitHub-Event", "issues"), push, secret, webhook.Event{Kind: "issues"}, nil},
		"GitHub upper case":   {headers("X-Hub-Signature-256", "sha256="+strings.ToUpper(hexMAC(secret, push)), "X-GitHub-Event", "push"), push, secret, pushed, nil},
		"branch deleted":      {headers("X-Hub-Signature-256", "sha256="+hexMAC(secret, gone), "X-GitHub-Event", "push"), gone, secret, webhook.Event{Kind: webhook.Push, Branch: "draft"}, nil},
		"tag":                 {headers("X-Hub-Signature-256", "sha256="+hexMAC(secret, tag), "X-GitHub-Event", "push"), tag, secret, webhook.Event{Kind: webhook.Push, After: rev}, nil},
		"other secret":        {headers("X-Hub-Signature-256", "sha256="+hexMAC("another", push), "X-GitHub-Event", "push"), push, secret, webhook.Event{}, webhook.ErrRefused},
		"other body":          {headers("X-Hub-Signature-256", "sha256="+hexMAC(secret, push), "X-GitHub-Event", "push"), push + " ", secret, webhook.Event{}, webhook.ErrRefused},
		"SHA-1 only":          {headers("X-Hub-Signature", "sha1=0123", "X-GitHub-Event", "push"), push, secret, webhook.Event{}, webhook.ErrUnsigned},
		"cut off":             {headers("X-Hub-Signature-256", "sha256="+hexMAC(secret, push)[:62]), push, secret, webhook.Event{}, webhook.ErrRefused},
		"no algorithm":        {headers("X-Hub-Signature-256", hexMAC(secret, push)), push, secret, webhook.Event{}, webhook.ErrRefused},
		"no hex":              {headers("X-Hub-Signature-256", "sha256=zz"), push, secret, webhook.Event{}, webhook.ErrRefused},
		"nothing after":       {headers("X-Hub-Signature-256", "sha256="), push, secret, webhook.Event{}, webhook.ErrRefused},
		"bad one beside good": {headers("X-Hub-Signature-256", "sha256="+hexMAC("x", push), "X-Gitea-Signature", hexMAC(secret, push), "X-Gitlab-Token", secret), push, secret, webhook.Event{}, webhook.ErrRefused},

		"Gitea push":    {headers("X-Gitea-Signature", hexMAC(secret, push), "X-Gitea-Event", "push"), push, secret, pushed, nil},
		"Forgejo push":  {headers("X-Forgejo-Signature", hexMAC(secret, push), "X-Forgejo-Event", "push"), push, secret, pushed, nil},
		"Gitea refused": {headers("X-Gitea-Signature", hexMAC("x", push), "X-Gitea-Event", "push"), push, secret, webhook.Event{}, webhook.ErrRefused},
		"Gitea prefix":  {headers("X-Gitea-Signature", "sha256="+hexMAC(secret, push)), push, secret, webhook.Event{}, webhook.ErrRefused},

		"GitLab push":     {headers("X-Gitlab-Token", secret, "X-Gitlab-Event", "Push Hook"), push, secret, pushed, nil},
		"GitLab tag":      {headers("X-Gitlab-Token", secret, "X-Gitlab-Event", "Tag Push Hook"), tag, secret, webhook.Event{Kind: webhook.Push, After: rev}, nil},
		"GitLab system":   {headers("X-Gitlab-Token", secret, "X-Gitlab-Event", "System Hook"), `{"object_kind":"push","ref":"refs/heads/main"}`, secret, webhook.Event{Kind: webhook.Push, Branch: "main"}, nil},
		"GitLab other":    {headers("X-Gitlab-Token", secret, "X-Gitlab-Event", "Issue Hook"), push, secret, webhook.Event{Kind: "Issue Hook"}, nil},
		"GitLab refused":  {headers("X-Gitlab-Token", secret+"x", "X-Gitlab-Event", "Push Hook"), push, secret, webhook.Event{}, webhook.ErrRefused},
		"GitLab begun":    {headers("X-Gitlab-Token", secret[:5], "X-Gitlab-Event", "Push Hook"), push, secret, webhook.Event{}, webhook.ErrRefused},
		"GitLab signed":   {standard(now, secret, push, "X-Gitlab-Event", "Push Hook"), push, secret, pushed, nil},
		"GitLab tampered": {standard(now, secret, push, "X-Gitlab-Event", "Push Hook", "X-Gitlab-Token", secret), push + " ", secret, webhook.Event{}, webhook.ErrRefused},

		"standard":             {standard(now, key, push), push, whsec, pushed, nil},
		"standard typed":       {standard(now, key, `{"type":"push"}`), `{"type":"push"}`, key, webhook.Event{Kind: webhook.Push}, nil},
		"standard early":       {standard(now.Add(-webhook.Tolerance), key, push), push, whsec, pushed, nil},
		"standard late":        {standard(now.Add(webhook.Tolerance), key, push), push, whsec, pushed, nil},
		"standard too early":   {standard(now.Add(-webhook.Tolerance-time.Second), key, push), push, whsec, webhook.Event{}, webhook.ErrStale},
		"standard too late":    {standard(now.Add(webhook.Tolerance+time.Second), key, push), push, whsec, webhook.Event{}, webhook.ErrStale},
		"standard other":       {standard(now, "x", push), push, whsec, webhook.Event{}, webhook.ErrRefused},
		"standard, no time":    {headers("webhook-id", "1", "webhook-signature", "v1,eA=="), push, whsec, webhook.Event{}, webhook.ErrUnsigned},
		"standard, no id":      {headers("webhook-timestamp", "1", "webhook-signature", "v1,eA=="), push, whsec, webhook.Event{}, webhook.ErrUnsigned},
		"standard, version":    {headers("webhook-id", "msg_1", "webhook-timestamp", "1", "webhook-signature", "v1a,"+base64.StdEncoding.EncodeToString(mac(key, "msg_1.1."+push))), push, whsec, webhook.Event{}, webhook.ErrRefused},
		"standard, no number":  {headers("webhook-id", "a", "webhook-timestamp", "soon", "webhook-signature", "v1,"+base64.StdEncoding.EncodeToString(mac(key, "a.soon."+push))), push, whsec, webhook.Event{}, webhook.ErrStale},
		"standard, far away":   {headers("webhook-id", "a", "webhook-timestamp", "9223372036854775807", "webhook-signature", "v1,"+base64.StdEncoding.EncodeToString(mac(key, "a.9223372036854775807."+push))), push, whsec, webhook.Event{}, webhook.ErrStale},
		"standard, bad secret": {standard(now, "", push), push, "whsec_", webhook.Event{}, webhook.ErrRefused},

		"no secret":        {headers("X-Hub-Signature-256", "sha256="+hexMAC("", push)), push, "", webhook.Event{}, webhook.ErrNoSecret},
		"no GitLab secret": {headers("X-Gitlab-Token", ""), push, "", webhook.Event{}, webhook.ErrNoSecret},
		"no signature":     {headers("X-GitHub-Event", "push"), push, secret, webhook.Event{}, webhook.ErrUnsigned},
		"too large":        {headers("X-Gitlab-Token", secret), strings.Repeat(" ", webhook.MaxBody+1), secret, webhook.Event{}, webhook.ErrTooLarge},
		"largest":          {headers("X-Gitlab-Token", secret), "{}" + strings.Repeat(" ", webhook.MaxBody-2), secret, webhook.Event{}, nil},
		"no JSON":          {headers("X-Gitlab-Token", secret), "hello", secret, webhook.Event{}, webhook.ErrBody},
		"other JSON":       {headers("X-Gitlab-Token", secret), `{"ref":7}`, secret, webhook.Event{}, webhook.ErrBody},
		"empty":            {headers("X-Gitlab-Token", secret), "", secret, webhook.Event{}, webhook.ErrBody},
	} {
		got, err := webhook.Verify(tt.h, []byte(tt.body), []byte(tt.secret), now)
		if got != tt.want || !errors.Is(err, tt.err) || (err == nil) != (tt.err == nil) {
			t.Errorf("%s: %+v, %v; want %+v, %v", name, got, err, tt.want, tt.err)
		}
		if err != nil && (strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), key)) {
			t.Errorf("%s: the error tells the secret: %v", name, err)
		}
	}
}

// TestPublishedVectors holds the signatures that GitHub, and the first sender of Standard Webhooks, print in their
// documentation.
func TestPublishedVectors(t *testing.T) {
	h := headers("X-Hub-Signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")
	if _, err := webhook.Verify(h, []byte("Hello, World!"), []byte("It's a Secret to Everybody"), now); !errors.Is(err, webhook.ErrBody) {
		t.Errorf("%v: it is signed, and no event", err)
	}
	if _, err := webhook.Verify(h, []byte("Hello, World?"), []byte("It's a Secret to Everybody"), now); !errors.Is(err, webhook.ErrRefused) {
		t.Error(err)
	}
	h = headers("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp", "1614265330", "webhook-signature", "v1,bm9ldHU= v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
	body, key := []byte(`{"test": 2432232314}`), []byte("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if e, err := webhook.Verify(h, body, key, time.Unix(1614265330, 0)); err != nil || e != (webhook.Event{}) {
		t.Errorf("%+v %v", e, err)
	}
}

func FuzzVerify(f *testing.F) {
	f.Add("sha256=00", "v1,eA==", "1", push)
	f.Fuzz(func(t *testing.T, hub, std, stamp, body string) {
		for _, h := range []http.Header{headers("X-Hub-Signature-256", hub), headers("webhook-id", "1", "webhook-timestamp", stamp, "webhook-signature", std), headers("X-Gitlab-Token", hub)} {
			if e, err := webhook.Verify(h, []byte(body), []byte(secret), now); err == nil && hub != secret {
				t.Errorf("%+v is taken for proven: %+v", h, e)
			}
		}
	})
}
