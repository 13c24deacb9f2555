package source

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"unicode"
)

// address is where a remote is and how to speak to it. Credentials are in none of its parts but header and secrets.
type address struct {
	url     string // as git is given it, without credentials
	scheme  string // https, http, ssh or file
	origin  string // of https and http: scheme and host, ending in a slash
	user    string // of https and http: whom a credential helper is asked for, "" for anybody
	header  string // an HTTP header that carries the credentials, "" for none
	secrets []string
}

var (
	scpLike    = regexp.MustCompile(`^(?:([A-Za-z0-9._~+][A-Za-z0-9._~+-]*)@)?([A-Za-z0-9._][A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\]):(.+)$`)
	remoteUser = regexp.MustCompile(`^[A-Za-z0-9._~+][A-Za-z0-9._~+@-]*$`)
)

const remoteForms = "give https://HOST/PATH, ssh://HOST/PATH, USER@HOST:PATH, file:///PATH or an absolute path"

// parseAddress reads the address of a remote. Everything is refused that git would take for an option, for a program
// to run, or for a way to speak that is neither encrypted nor on this machine.
func parseAddress(raw, token string) (address, error) {
	a, err := readAddress(raw)
	if err != nil {
		return address{}, err
	}
	if token == "" {
		return a, nil
	}
	if a.origin == "" {
		return address{}, fmt.Errorf("a token is for https, and %s is not: leave it out", a.url)
	}
	if strings.ContainsFunc(token, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }) {
		return address{}, errors.New("the token holds a space or a control character: it was not copied as it is")
	}
	user, password := "x-access-token", token // any name will do where the password is a token
	if a.user != "" {
		user = a.user
	} else if u, p, ok := strings.Cut(token, ":"); ok && u != "" && p != "" { // no host has a colon in a token
		user, password = u, p
	}
	a.authorize(user, password)
	return a, nil
}

// authorize has requests carry a name and a password.
func (a *address) authorize(user, password string) {
	pair := base64.StdEncoding.EncodeToString([]byte(user + ":" + password))
	a.header = "Authorization: Basic " + pair
	a.secrets = append(a.secrets, pair, password, url.QueryEscape(password), url.PathEscape(password))
}

func readAddress(raw string) (address, error) {
	switch {
	case raw == "":
		return address{}, errors.New("the remote has no address: " + remoteForms)
	case strings.HasPrefix(raw, "-"):
		return address{}, errors.New("the address of the remote begins with a dash: " + remoteForms)
	case strings.ContainsFunc(raw, func(r rune) bool { return unicode.IsControl(r) || r == unicode.ReplacementChar }):
		return address{}, errors.New("the address of the remote holds a control character")
	case filepath.IsAbs(raw):
		return address{url: raw, scheme: "file"}, nil
	}
	scheme, rest, found := strings.Cut(raw, "://")
	if found && !strings.Contains(scheme, "::") {
		return readURL(strings.ToLower(scheme), rest, raw)
	}
	if m := scpLike.FindStringSubmatch(raw); m != nil && !strings.HasPrefix(m[3], ":") && !strings.HasPrefix(m[3], "-") {
		return address{url: raw, scheme: "ssh"}, nil
	}
	return address{}, errors.New("the address of the remote is of no kind that is allowed: " + remoteForms)
}

func readURL(scheme, rest, raw string) (address, error) {
	switch scheme {
	case "https", "http", "ssh", "file":
	default:
		return address{}, fmt.Errorf("a remote by %.20q is not allowed: %s", scheme, remoteForms)
	}
	u, err := url.Parse(scheme + "://" + rest)
	if err != nil { // its text would hold the password
		return address{}, errors.New("the address of the remote is no URL: " + remoteForms)
	}
	host, user := u.Hostname(), u.User.Username()
	password, hasPassword := u.User.Password()
	switch {
	case scheme == "file":
		if host != "" && host != "localhost" || u.User != nil || !filepath.IsAbs(u.Path) {
			return address{}, errors.New("a file URL has three slashes and no host: file:///PATH")
		}
		return address{url: "file://" + u.EscapedPath(), scheme: scheme}, nil
	case host == "" || strings.HasPrefix(host, "-"):
		return address{}, errors.New("the address of the remote names no host: " + remoteForms)
	case strings.Trim(u.Path, "/") == "":
		return address{}, errors.New("the address of the remote names no repository on " + host)
	case scheme == "http" && !loopback(host):
		return address{}, errors.New("http is allowed to this machine only, as anybody on the way could change what is served: use https")
	case scheme == "ssh":
		if hasPassword {
			return address{}, errors.New("a password in an ssh URL is not used by ssh: give it a key, and leave the password out")
		}
		if user != "" && !remoteUser.MatchString(user) || strings.HasPrefix(strings.TrimLeft(u.Path, "/"), "-") {
			return address{}, errors.New("the ssh URL holds a user or a path that is not allowed")
		}
		return address{url: scheme + "://" + rest, scheme: scheme}, nil
	}
	u.User = nil
	a := address{url: u.String(), scheme: scheme, origin: scheme + "://" + u.Host + "/"}
	if hasPassword {
		a.authorize(user, password)
	} else {
		a.user = user
	}
	return a, nil
}

// loopback tells whether a host name always means this machine.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// remoteName is how the remote is called where git wants a name; a user's own settings have none for it.
const remoteName = "rutter"

// settings are what git needs to know of the address, for one run: arguments can be seen by everybody on the machine,
// and files stay.
func (a address) settings() [][2]string {
	s := [][2]string{
		{"remote." + remoteName + ".url", a.url},
		{"protocol.file.allow", "always"},
		{"http.lowSpeedLimit", "1000"}, // bytes in a second
		{"http.lowSpeedTime", "60"},    // seconds below it
	}
	if a.header != "" {
		// Whoever the remote would send us on to must not get the credentials.
		s = append(s, [2]string{"http." + a.origin + ".extraHeader", a.header}, [2]string{"http.followRedirects", "false"})
	} else if a.user != "" {
		s = append(s, [2]string{"credential." + a.origin + ".username", a.user})
	}
	return s
}

// transports are the ways git may take, even where the remote or a setting of git leads elsewhere.
func (a address) transports() string {
	if a.scheme == "http" {
		return "https:ssh:file:http"
	}
	return "https:ssh:file"
}

// scrub takes the credentials out of a text.
func (a address) scrub(s string) string {
	for _, secret := range a.secrets {
		if secret != "" {
			s = strings.ReplaceAll(s, secret, "…")
		}
	}
	return s
}

// CheckRemote returns what is wrong with options before anything is opened; nil where nothing is.
func CheckRemote(o RemoteOptions) error {
	if _, err := parseAddress(o.URL, o.Token); err != nil {
		return err
	}
	if _, err := branchName(o.Branch); err != nil {
		return err
	}
	_, err := folderPath(o.Path)
	return err
}

// Redact is the address of a remote without credentials, for people to read.
func Redact(url string) string {
	a, err := readAddress(url)
	if err != nil {
		return "a repository"
	}
	return a.url
}
