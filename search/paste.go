package search

import (
	"cmp"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// A pasted log line, trace or payload is mostly about one machine at one moment. Its essence is what another machine
// would have said as well: words, identifiers, codes. Times, addresses, names of hosts and files, process numbers,
// hashes and places in source code are left out; they match nothing, or the wrong page by chance.

var (
	isoTime     = regexp.MustCompile(`\b\d{4}[-/]\d\d[-/]\d\d([T _]\d\d:\d\d|\b)`)
	clockTime   = regexp.MustCompile(`^\[?\d{1,2}:\d\d(:\d\d)?([.,]\d+)?(Z|[+-]\d\d:?\d\d)?\]?$`)
	syslogTime  = regexp.MustCompile(`^(<\d+>)?(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\s+\d{1,2}\s+\d\d:\d\d`)
	klogHead    = regexp.MustCompile(`^[IWEF]\d{4}$`)
	uuid        = regexp.MustCompile(`(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	ipv4        = regexp.MustCompile(`^\d{1,3}(\.\d{1,3}){3}([:/]\d+)*$`)
	ipv6        = regexp.MustCompile(`(?i)^\[?[0-9a-f]{0,4}(:[0-9a-f]{0,4}){3,7}(%\w+)?\]?([:/]\d+)*$`)
	longHex     = regexp.MustCompile(`(?i)^(0x[0-9a-f]{9,}|0x0+|[0-9a-f]*\d[0-9a-f]*)$`)
	errorHex    = regexp.MustCompile(`(?i)^0x[0-9a-f]{1,8}$`)
	quantity    = regexp.MustCompile(`(?i)^[+-]?\d+([.,]\d+)?(ns|us|µs|ms|s|sec|m|min|h|[kmgt]?i?b|[kmgt]b/s|%)$`)
	podName     = regexp.MustCompile(`^([a-z][a-z0-9-]*?)(-[a-f0-9]{6,10}|-[b-df-hj-np-tv-xz2456789]{8,10})?-([b-df-hj-np-tv-xz2456789]{5})$`) // Kubernetes makes names of these letters
	place       = regexp.MustCompile(`^[\w./@$-]+\.(go|py|java|kt|js|mjs|ts|tsx|c|cc|cpp|h|hpp|rs|rb|php|cs|pl|lua|scala):\d+`)
	pid         = regexp.MustCompile(`^(.*?)[\[(]\d+[\])]:?$`)
	frame       = regexp.MustCompile(`^\s*(at\s+\S+.*[(:]\S*\)?\s*$|\.\.\. \d+ more|File ".*", line \d+|goroutine \d+ \[|#\d+\s+0x|\[<[0-9a-f]+>\]|\S+\+0x[0-9a-f]+(/0x[0-9a-f]+)?$)|^\t\S+\.go:\d+`)
	trouble     = regexp.MustCompile(`(?i)error|fail|fatal|panic|exception|denied|refused|time[d]?[ -]?out|cannot|can't|unable|killed|not found|invalid|expired|exceed|no space|too many|unreachable|corrupt|crash|abort`)
	hostSuffix  = setOf(`com net org io local localdomain internal lan corp example test invalid home intra dev cloud svc edu gov de fr uk us eu ch at nl`)
	chatter     = setOf(`info debug trace notice warn warning level lvl severity ts time timestamp caller logger thread pid tid uid gid user host hostname kernel stdout stderr`)
	whereabouts = setOf(`pod podname poduid container containerid namespace node nodename instance hostname device uuid request_id requestid trace_id traceid span_id session`)
	months      = setOf(`jan feb mar apr may jun jul aug sep oct nov dec mon tue wed thu fri sat sun utc gmt`)
	counted     = setOf(`code status error errno exit rc port sqlstate http returned result signal id event eventid msg message number
		no nr errorcode exception fault stop kb bug alert sqlcode ora`)
	capitals = regexp.MustCompile(`^[A-Z]{2,}$`)
)

// looksPasted tells whether a line somebody typed was made by a machine.
func looksPasted(s string) bool {
	first, rest, _ := strings.Cut(s, " ")
	switch {
	case commands[strings.ToLower(first)]:
		return false
	case strings.HasPrefix(s, `{"`) || strings.HasPrefix(s, `{ "`) || strings.HasPrefix(s, `[{`):
		return true
	case syslogTime.MatchString(s), klogHead.MatchString(first) && isClock(rest):
		return true
	case len(strings.Fields(s)) < 4:
		return false
	}
	return isoTime.MatchString(s) || uuid.MatchString(s) || clockTime.MatchString(first)
}

// isClock tells whether a text begins with a time of day.
func isClock(s string) bool {
	first, _, _ := strings.Cut(strings.TrimSpace(s), " ")
	return clockTime.MatchString(first)
}

// essence returns what a pasted text says about the trouble, the lines that speak of trouble first. Where nothing
// would be left, it returns the text.
func essence(text string) string {
	lines, told := strings.Split(text, "\n"), false
	if from := messages(text); from != nil {
		lines, told = from, true // in the order of what they tell
	}
	type line struct {
		text string
		rank int
	}
	var out []line
	seen := map[string]bool{}
	framesOnly := true
	for _, pass := range []bool{false, true} { // a text of frames alone is read whole
		for _, l := range lines {
			if from := messages(l); from != nil {
				l = strings.Join(from, " ")
			}
			if !pass && frame.MatchString(l) {
				continue
			}
			e := lineEssence(l)
			if e == "" || seen[e] {
				continue
			}
			seen[e] = true
			framesOnly = false
			x := line{text: e}
			if !told && !trouble.MatchString(e) {
				x.rank = 1
			}
			out = append(out, x)
		}
		if !framesOnly {
			break
		}
	}
	if len(out) == 0 {
		return text
	}
	slices.SortStableFunc(out, func(a, b line) int { return cmp.Compare(a.rank, b.rank) })
	var b strings.Builder
	for _, l := range out {
		b.WriteString(l.text + "\n")
	}
	return strings.TrimSpace(b.String())
}

// lineEssence leaves the noise out of one line.
func lineEssence(l string) string {
	l = uuid.ReplaceAllString(l, " ")
	var out []string
	before := ""
	all := strings.Fields(l)
	for i, t := range all {
		if klogHead.MatchString(t) && i+1 < len(all) && clockTime.MatchString(all[i+1]) {
			continue // the day, before the time; elsewhere it is a code
		}
		kept := tokenEssence(t, before)
		before = strings.Trim(t, `"':;,()[]{}<>=`)
		if kept != "" {
			out = append(out, kept)
		}
	}
	return strings.Join(out, " ")
}

// tokenEssence returns what to keep of a token that stands after another.
func tokenEssence(t, before string) string {
	bare := strings.Trim(t, "\"'`,;()[]{}<>")
	bare = strings.TrimRight(bare, ":.!?")
	lower := strings.ToLower(bare)
	switch {
	case bare == "" || chatter[lower] || place.MatchString(bare):
		return ""
	case months[lower], months[strings.ToLower(before)] && isNumber(bare) && len(bare) < 3:
		return ""
	case strings.Contains(bare, "://"):
		return ""
	}
	if k, v, ok := strings.Cut(bare, "="); ok && k != "" && !strings.HasPrefix(k, "-") {
		return pairEssence(k, v)
	}
	if m := pid.FindStringSubmatch(t); m != nil && m[1] != "" {
		return tokenEssence(m[1], before)
	}
	if isNoise(bare, before) {
		return ""
	}
	if m := podName.FindStringSubmatch(bare); m != nil && strings.ContainsAny(bare[len(m[1]):], "0123456789") && !isNumber(m[3]) {
		return m[1]
	}
	return t
}

// pairEssence keeps what a log's key=value says. Keys are the logger's words; they say nothing by themselves.
func pairEssence(k, v string) string {
	v = strings.Trim(v, `"'`)
	if v == "" || chatter[strings.ToLower(k)] || whereabouts[strings.ToLower(k)] || isNoise(v, k) {
		return ""
	}
	switch strings.ToLower(k) {
	case "msg", "message", "err", "error", "reason", "alertname", "cause", "component", "type", "code":
		return v
	}
	return k + "=" + v
}

// isNoise tells whether a token that stands after another is particular to one machine or moment.
func isNoise(s, before string) bool {
	switch {
	case isoTime.MatchString(s) || clockTime.MatchString(s) || ipv4.MatchString(s) || ipv6.MatchString(s) || quantity.MatchString(s):
		return true
	case errorHex.MatchString(s):
		return strings.Trim(s[2:], "0") == ""
	case strings.Contains(s, "@") && strings.Contains(s, "."):
		return true
	case strings.HasPrefix(s, "/") && strings.Count(s, "/") > 1, strings.Contains(s, `:\`), strings.HasPrefix(s, "./"), strings.HasPrefix(s, "~/"):
		return true
	case isNumber(s):
		return len(s) > 3 && (len(s) > 6 || !counted[strings.ToLower(before)] && !(capitals.MatchString(before) && !chatter[strings.ToLower(before)]))
	case longHex.MatchString(s) && len(s) >= 12:
		return true
	case isHost(s):
		return true
	case len(s) > 40 && strings.IndexFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("+/=_-", r)
	}) < 0 &&
		strings.ContainsAny(s, "0123456789"):
		return true // a token, a signature, a hash
	}
	return false
}

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// isHost tells whether s is a full host name, with a port perhaps.
func isHost(s string) bool {
	if i := strings.LastIndexByte(s, ':'); i > 0 && isNumber(s[i+1:]) {
		s = s[:i]
	}
	labels := strings.Split(s, ".")
	if len(labels) < 2 || !hostSuffix[strings.ToLower(labels[len(labels)-1])] {
		return false
	}
	for _, l := range labels {
		if l == "" || strings.IndexFunc(l, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' }) >= 0 {
			return false
		}
	}
	return true
}

// telling are the keys of JSON whose values say what happened, the most telling first.
var telling = []string{
	"alertname", "reason", "code", "errorcode", "error_code", "sqlstate", "error", "err", "exception", "msg", "message",
	"summary", "description", "detail", "details", "cause", "stack", "stacktrace", "stack_trace", "log", "textpayload",
}

const (
	maxMessages = 200    // of what a JSON text says
	maxValues   = 20_000 // looked at for them
	maxAlerts   = 12     // names of a payload
)

// alertNames returns the names of the alerts in a JSON text, as Alertmanager and Prometheus write them, or in labels of
// a log line (alertname="…").
func alertNames(text string) (out []string) {
	add := func(s string) {
		if s = strings.TrimSpace(s); s != "" && len(s) <= 120 && len(out) < maxAlerts && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	for _, m := range alertLabel.FindAllStringSubmatch(text, 10*maxAlerts) {
		var s string
		if json.Unmarshal([]byte(`"`+m[1]+`"`), &s) == nil {
			add(s)
		}
	}
	return out
}

var alertLabel = regexp.MustCompile(`\balertname"?\s*[:=]\s*"((?:[^"\\]|\\.){1,200})"`)

// messages returns what a JSON text says, or nil where it is none. Of an Alertmanager payload that is the names and
// annotations of its alerts.
func messages(text string) []string {
	text = strings.TrimSpace(text)
	if text == "" || text[0] != '{' && text[0] != '[' {
		return nil
	}
	var v any
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if d.Decode(&v) != nil || d.More() {
		return nil
	}
	type said struct {
		rank int // of its key, the most telling first
		text string
	}
	var told []said
	var all []string
	seen := 0
	var walk func(key string, v any, depth int)
	walk = func(key string, v any, depth int) {
		if seen++; depth > 16 || seen > maxValues || len(told) >= maxMessages {
			return
		}
		switch v := v.(type) {
		case map[string]any:
			names := slices.Sorted(maps.Keys(v))
			rank := func(name string) int { // of what is not telling, last
				if i := slices.Index(telling, strings.ToLower(name)); i >= 0 {
					return i
				}
				return len(telling)
			}
			slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(rank(a), rank(b)) })
			for _, name := range names {
				key := strings.ToLower(name)
				if !slices.Contains(telling, key) {
					key = ""
				}
				walk(key, v[name], depth+1)
			}
		case []any:
			for _, x := range v {
				walk(key, x, depth+1)
			}
		case string:
			if s := strings.TrimSpace(v); s != "" {
				if len(all) < maxMessages {
					all = append(all, s)
				}
				if key != "" {
					told = append(told, said{slices.Index(telling, key), s})
				}
			}
		case json.Number:
			if key != "" {
				told = append(told, said{slices.Index(telling, key), key + " " + v.String()})
			}
		}
	}
	walk("", v, 0)
	if len(told) > 0 {
		slices.SortStableFunc(told, func(a, b said) int { return cmp.Compare(a.rank, b.rank) })
		all = nil
		for _, t := range told {
			all = append(all, t.text)
		}
	}
	var out []string
	for _, s := range all {
		out = append(out, strings.Split(s, "\n")...)
	}
	return out
}
