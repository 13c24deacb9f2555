package site

import (
	"strconv"
	"strings"

	"rutter/content"
	"rutter/site/view"
)

// A reader fills in the values that a page's commands want. With scripts they stay in the browser. Without, a form sends
// them to the page's own address as v.NAME=VALUE: the answer is the page with them, which nobody keeps or logs. Secrets
// have no name in the form, and so are never sent.

const (
	valuePrefix = "v."
	maxValues   = 200
	maxValue    = 256 // bytes
)

var noReferrer = []string{"no-referrer"}

func hasValues(r *request) bool { return strings.Contains(r.URL.RawQuery, valuePrefix) }

// valuesOf returns what was sent, by the name of the input; nil for nothing.
func valuesOf(r *request) map[string]string {
	if !hasValues(r) {
		return nil
	}
	out := map[string]string{}
	for k, vs := range r.URL.Query() {
		if name, ok := strings.CutPrefix(k, valuePrefix); ok && len(out) < maxValues && len(vs[0]) <= maxValue {
			out[name] = vs[0]
		}
	}
	return out
}

// forms say what values of a type look like.
var forms = map[string]string{
	"hostname": "Letters, digits, hyphens and dots", "ip": "An IP address", "port": "A port: 1 to 65535", "int": "A whole number",
	"k8s-name": "Small letters, digits, hyphens and dots",
}

// fieldsOf are the fields of the form for inputs, with what was sent for them, else their default.
func fieldsOf(inputs []content.Input, values map[string]string) (out []view.Field) {
	for _, in := range inputs {
		f := view.Field{
			Name: in.Name, Label: in.Label, Value: in.Default, Pattern: in.Form(), Options: in.Options,
			Secret: in.Type == "secret", Number: in.Type == "port" || in.Type == "int", Required: in.Required,
		}
		switch {
		case in.Pattern != "":
			f.Form = "It must look like " + in.Pattern
		case f.Pattern != "":
			f.Form = forms[in.Type]
		}
		if v, ok := values[in.Name]; ok && !f.Secret {
			f.Value = v
			f.Wrong = v != "" && !in.Accepts(v)
		}
		if in.NotWritten > 0 && !f.Wrong {
			f.Why = "Not filled in at " + plural(in.NotWritten, "one place", strconv.Itoa(in.NotWritten)+" places") + ": another program reads it there, so it may have letters, digits and . _ - / : @ % + only, or must be a whole number."
		}
		if f.Secret {
			f.Value = ""
		}
		out = append(out, f)
	}
	return out
}
