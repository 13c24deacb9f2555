package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// MaxBody is the largest body that is looked at, in bytes.
const MaxBody = 1 << 20

// Tolerance is how far a time that was signed may lie from now, before or after.
const Tolerance = 5 * time.Minute

// Kinds of events that mean something here. Any other is the host's own word for it.
const (
	Push = "push" // a branch or tag changed
	Ping = "ping" // the webhook was set up, or is tried out
)

// Event is what happened.
type Event struct {
	Kind   string
	Branch string // of a push, "" for a tag
	After  string // of a push: the branch's new revision, "" where it was deleted
}

// What is wrong with a request. None tells more than the sender may know.
var (
	ErrNoSecret = errors.New("webhook: no secret is set, so nothing can be proven")
	ErrTooLarge = errors.New("webhook: the body is too large")
	ErrUnsigned = errors.New("webhook: the request is not signed in a way that is known")
	ErrRefused  = errors.New("webhook: the signature is not of this body and secret")
	ErrStale    = errors.New("webhook: the request is too old, or a clock is wrong")
	ErrBody     = errors.New("webhook: the body is no event")
)

// Verify checks that a request's sender knows the secret, and returns what the request says. Nothing of the body is
// looked at before.
func Verify(h http.Header, body, secret []byte, now time.Time) (Event, error) {
	if len(secret) == 0 {
		return Event{}, ErrNoSecret
	}
	if len(body) > MaxBody {
		return Event{}, ErrTooLarge
	}
	if err := prove(h, body, secret, now); err != nil {
		return Event{}, err
	}
	return read(h, body)
}

// prove takes the strongest proof that the headers offer: a bad one is not made good by another.
func prove(h http.Header, body, secret []byte, now time.Time) error {
	if h.Get("Webhook-Signature") != "" {
		return standard(h, body, secret, now)
	}
	for _, name := range []string{"X-Hub-Signature-256", "X-Forgejo-Signature", "X-Gitea-Signature"} {
		if given := h.Get(name); given != "" {
			given, prefixed := strings.CutPrefix(given, "sha256=")
			if prefixed != (name == "X-Hub-Signature-256") {
				return ErrRefused
			}
			sum, err := hex.DecodeString(given)
			if err != nil || !hmac.Equal(sum, sign(secret, body)) {
				return ErrRefused
			}
			return nil
		}
	}
	if given := h.Get("X-Gitlab-Token"); given != "" {
		a, b := sha256.Sum256([]byte(given)), sha256.Sum256(secret) // of equal length, so that the length is no hint
		if subtle.ConstantTimeCompare(a[:], b[:]) != 1 {
			return ErrRefused
		}
		return nil
	}
	return ErrUnsigned
}

// secretPrefix begins a secret of Standard Webhooks; the key is what follows, in base64.
const secretPrefix = "whsec_"

// standard checks by the rules of Standard Webhooks. Several signatures may be given, as while a secret is replaced.
func standard(h http.Header, body, secret []byte, now time.Time) error {
	id, stamp := h.Get("Webhook-Id"), h.Get("Webhook-Timestamp")
	if id == "" || stamp == "" {
		return ErrUnsigned
	}
	keys := [][]byte{secret} // as it was typed
	if text, ok := strings.CutPrefix(string(secret), secretPrefix); ok {
		for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding} {
			if key, err := enc.DecodeString(text); err == nil && len(key) > 0 {
				keys = append(keys, key)
			}
		}
	}
	good := false
	for _, key := range keys {
		want := sign(key, []byte(id+"."+stamp+"."), body)
		for given := range strings.FieldsSeq(h.Get("Webhook-Signature")) {
			text, ok := strings.CutPrefix(given, "v1,")
			if sum, err := base64.StdEncoding.DecodeString(text); ok && err == nil && hmac.Equal(sum, want) {
				good = true
			}
		}
	}
	if !good {
		return ErrRefused
	}
	sec, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return ErrStale
	}
	if at := now.Unix(); sec < at-int64(Tolerance/time.Second) || sec > at+int64(Tolerance/time.Second) {
		return ErrStale
	}
	return nil
}

func sign(key []byte, parts ...[]byte) []byte {
	mac := hmac.New(sha256.New, key)
	for _, p := range parts {
		_, _ = mac.Write(p)
	}
	return mac.Sum(nil)
}

// payload is the part of a body that all hosts agree on.
type payload struct {
	Ref   string `json:"ref"`
	After string `json:"after"`
	Type  string `json:"type"`        // Standard Webhooks
	Kind  string `json:"object_kind"` // GitLab
}

// read says what a request that is proven tells.
func read(h http.Header, body []byte) (Event, error) {
	if typ, _, _ := mime.ParseMediaType(h.Get("Content-Type")); typ == "application/x-www-form-urlencoded" {
		form, err := url.ParseQuery(string(body)) // GitHub's and Gitea's other format
		if err != nil {
			return Event{}, ErrBody
		}
		body = []byte(form.Get("payload"))
	}
	var p payload
	if err := json.Unmarshal(body, &p); err != nil {
		return Event{}, ErrBody
	}
	e := Event{Kind: kind(h, p)}
	if e.Kind == Push {
		e.Branch, _ = strings.CutPrefix(p.Ref, "refs/heads/")
		if e.Branch == p.Ref {
			e.Branch = ""
		}
		if strings.Trim(p.After, "0") != "" {
			e.After = p.After
		}
	}
	return e, nil
}

// kind is what happened, in one word for all hosts.
func kind(h http.Header, p payload) string {
	for _, name := range []string{"X-Github-Event", "X-Forgejo-Event", "X-Gitea-Event"} {
		if v := h.Get(name); v != "" {
			return v // push and ping are their words too
		}
	}
	switch v := h.Get("X-Gitlab-Event"); v {
	case "":
	case "Push Hook", "Tag Push Hook":
		return Push
	case "System Hook":
		if p.Kind == "push" || p.Kind == "tag_push" {
			return Push
		}
		return v
	default:
		return v
	}
	switch {
	case p.Type != "":
		return p.Type
	case strings.HasPrefix(p.Ref, "refs/"):
		return Push
	}
	return ""
}
