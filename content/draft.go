package content

import (
	"embed"
	"fmt"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"rutter/content/markdown"
)

// drafts are new pages, one for each kind. What is still to be written stands in comments that begin with TODO: a portal
// shows none of them, nor does GitHub.
//
//go:embed draft/*.md.tmpl
var drafts embed.FS

// Draft is a page that is about to be written.
type Draft struct {
	Kind  Kind
	Title string
	In    string // folder below that of the kind, "" for none
	Owner string // "" where nobody is known
	Today Date
}

// Path is the file the page goes to. It is an error, which says what to do, where there is none.
func (d Draft) Path() (string, error) {
	title := d.title()
	if title == "" {
		return "", fmt.Errorf("the title is empty: write what the page is about")
	}
	in := path.Clean("/" + d.In)[1:]
	p := path.Join(d.Kind.folder(), in, d.name())
	if strings.Contains(d.In, "..") || strings.Contains(d.In, `\`) || Hidden(p) || !utf8.ValidString(d.In) || strings.ContainsFunc(d.In, unicode.IsControl) {
		return "", fmt.Errorf("%q is no folder for pages: write one below %s, such as linux", d.In, d.Kind.folder())
	}
	return p, nil
}

// title is the title on one line, without what nobody sees.
func (d Draft) title() string {
	s := strings.Join(strings.Fields(strings.ToValidUTF8(d.Title, "")), " ")
	return clip(strings.TrimSpace(strings.Map(func(r rune) rune {
		if hidden(r) {
			return -1
		}
		return r
	}, s)), 200)
}

const maxSlug = 60 // bytes

// name is the file's name, made of the title as an anchor is: letters of other scripts stay, marks on Latin ones go.
// A title without letters and digits gives the kind and the day.
func (d Draft) name() string {
	slug := markdown.Slug(latin(d.title()))
	slug = strings.Join(strings.FieldsFunc(slug, func(r rune) bool { return r == '-' }), "-")
	for len(slug) > maxSlug {
		if i := strings.LastIndexByte(slug, '-'); i > 0 {
			slug = slug[:i]
			continue
		}
		_, n := utf8.DecodeLastRuneInString(slug)
		slug = slug[:len(slug)-n]
	}
	slug = strings.Trim(slug, "-_")
	switch {
	case slug == "":
		slug = string(d.Kind) + "-" + string(d.Today)
	case indexRank(slug) != 0 || HiddenName(slug): // it would be the folder's page, or none
		slug += "-" + string(d.Kind)
	}
	return slug + ".md"
}

// latin takes the marks off Latin letters: ü is u, ß is ss.
func latin(s string) string {
	s = strings.NewReplacer("ß", "ss", "ẞ", "SS", "æ", "ae", "Æ", "AE", "ø", "o", "Ø", "O", "ł", "l", "Ł", "L", "đ", "d", "Đ", "D", "œ", "oe", "Œ", "OE").Replace(s)
	var b strings.Builder
	base := false // the last letter was Latin
	for _, r := range norm.NFD.String(s) {
		if unicode.Is(unicode.Mn, r) && base {
			continue
		}
		base = unicode.Is(unicode.Latin, r)
		b.WriteRune(r)
	}
	return norm.NFC.String(b.String())
}

// Text is the page, with its front matter and headings in place.
func (d Draft) Text() []byte {
	text, err := drafts.ReadFile("draft/" + string(d.Kind) + ".md.tmpl")
	if err != nil {
		return nil // of no kind
	}
	id := string(d.Today) + "-" + strings.TrimSuffix(d.name(), ".md")
	owner := strings.Join(strings.Fields(strings.ToValidUTF8(d.Owner, "")), " ")
	ownerLine := "owner: # TODO: who answers for the page"
	if owner != "" {
		ownerLine = "owner: " + yamlText(owner)
	}
	return []byte(strings.NewReplacer(
		"title: TITLE", "title: "+yamlText(d.title()), "owner: OWNER", ownerLine, "id: ID", "id: "+yamlText(id), ": TODAY", ": "+string(d.Today),
	).Replace(string(text)))
}
