package site

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"log"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"

	"rutter/site/view"
)

// policy lets a page load nothing but our own style sheet, script, pictures and search, and be framed by nobody.
var policy = "default-src 'none'; style-src 'self'; script-src 'self' " + hashOf(view.ThemeScript) + "; img-src 'self'; connect-src 'self'; " +
	"manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

var (
	headerPolicy   = []string{policy}
	headerDiagrams = []string{strings.Replace(policy, "style-src 'self'", "style-src 'self' 'unsafe-inline'", 1)} // a drawn diagram has its style in it
	headerNosniff  = []string{"nosniff"}
	headerReferrer = []string{"strict-origin-when-cross-origin"}
)

// hashOf is a script in a page as a policy names it.
func hashOf(script string) string {
	sum := sha256.Sum256([]byte(script))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// secure sets the headers that every answer has. The keys are canonical, so that no work is done per request; and
// they are few, since each costs a cached page about a hundredth of its time.
func secure(h http.Header) {
	h["Content-Security-Policy"] = headerPolicy
	h["X-Content-Type-Options"] = headerNosniff
	h["Referrer-Policy"] = headerReferrer
}

// requestIDs names requests: a part of this process, a count. Only answers that somebody may ask about, errors and
// lost pages, carry a name.
type requestIDs struct {
	prefix string
	n      *atomic.Uint64
}

func newRequestIDs() requestIDs {
	return requestIDs{strings.ToLower(rand.Text()[:7]) + "-", &atomic.Uint64{}}
}

// of takes the name a proxy gave, when it is harmless, else makes one.
func (i requestIDs) of(r *http.Request) string {
	if v := r.Header["X-Request-Id"]; len(v) == 1 && harmless(v[0]) {
		return v[0]
	}
	return i.prefix + strconv.FormatUint(i.n.Add(1), 36)
}

func harmless(id string) bool {
	if id == "" || len(id) > 64 {
		return false
	}
	for _, c := range []byte(id) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '-' && c != '_' && c != '.' {
			return false
		}
	}
	return true
}

// newErrorLog brings what net/http logs into the log, at a level of its own: most of it is what clients did.
func newErrorLog(l *slog.Logger) *log.Logger {
	return slog.NewLogLogger(l.Handler(), slog.LevelDebug)
}
