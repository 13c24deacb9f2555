package content_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBlocksThatDoNotParse(t *testing.T) {
	const json, yaml, sh = "```json\n", "```yaml\n", "```sh\n"
	end := "\n```\n"
	for name, c := range map[string]struct {
		src  string
		want []string
	}{
		"sound":      {json + `{"a": [1, "<b>"]}` + "\n{}" + end + yaml + "a: 1\n---\nb: [x]" + end + sh + "kubectl -n <ns> get pods | grep {{pod}}" + end, []string{}},
		"json":       {"# A\n\n" + json + "{\n  \"a\": 1,\n}" + end, []string{"a.md:6:1: block-syntax: the block of JSON does not parse: invalid character '}' looking for beginning of object key string (mend it, or name the block text if it is none)"}},
		"json, cut":  {json + "{\"a\":" + end, []string{"a.md:3:1: block-syntax: the block of JSON does not parse: unexpected EOF (mend it, or name the block text if it is none)"}},
		"yaml":       {"---\ntitle: A\n---\n\n" + yaml + "a: b\n\tc: d" + end, []string{"a.md:7:1: block-syntax: the block of YAML does not parse: a tab stands in front of a key (indent with spaces)"}},
		"sh":         {"x\n\n" + sh + "ls\necho 'a\n" + end, []string{"a.md:5:6: block-syntax: the block of commands does not parse: reached EOF without closing quote `'` (mend it, or name the block text if these are no commands; a value to fill in is written <name>)"}},
		"transcript": {"```console\n$ ls (\nfine ( here\n```\n", []string{"a.md:2:3: block-syntax: the block of commands does not parse: `name(` must be followed by `)` (mend it, or name the block text if these are no commands; a value to fill in is written <name>)"}},
		"shortened":  {json + "{\"a\": 1,\n ...\n}" + end + yaml + "a: b\n# ...\n\tx" + end + sh + "if x; then\n  ...\n" + end, []string{}},
		"templates":  {yaml + "{{ if .Values.x }}\na: 1" + end, []string{}},
		"no names":   {"```\n{ not json\n```\n\n    { nor this\n\n```text\n( \"\n```\n", []string{}},
		"in a list":  {"- a\n\n  " + sh + "  echo \"\n  ```\n", []string{"a.md:4:8: block-syntax: the block of commands does not parse: reached EOF without closing quote `\"` (mend it, or name the block text if these are no commands; a value to fill in is written <name>)"}},
		"versions":   {"---\napplies_to: [ESXi latest]\naffected:\n  - {product: ESX, versions: the newest}\n---\n## A {applies_to=\"ESXi >=7.0; Linux ~\"}\n\n## B {applies_to=\"Linux 5.4 or newer\"}\n", []string{"a.md:4:5: versions-wrong: the versions of ESX cannot be read: \"the newest\": there is no version number in it (write versions as >=7.0 <=8.0 U3, 3.5 Update 2, 5.4 or newer)", "a.md:6:1: versions-wrong: the versions of Linux cannot be read: \"~\": there is no version number in it (write versions as >=7.0 <=8.0 U3, 3.5 Update 2, 5.4 or newer)"}},
		"fixes": {"---\nkind: advisory\nid: a\nseverity: low\nstate: open\naffected: [\"ESX <8.0\"]\nfixed_in:\n  - 8.0 and later\n  - \"ESX >=8.0 U2\"\n  - ESX 7.0 with the patch\n  - ESX\n  - \">= 8.0\"\n  - build 110268\n  - 7.0 series\n---\nText.\n", []string{
			"a.md:10:5: versions-wrong: the versions of ESX cannot be read: \"7.0 with the patch\": \"with\" is no part of a version (write versions as >=7.0 <=8.0 U3, 3.5 Update 2, 5.4 or newer)",
			"a.md:11:5: versions-wrong: the versions of ESX cannot be read: there is no version number in it (write versions as >=7.0 <=8.0 U3, 3.5 Update 2, 5.4 or newer)",
			"a.md:14:5: versions-wrong: the versions cannot be read: \"7.0 series\": \"series\" is no part of a version (write versions as >=7.0 <=8.0 U3, 3.5 Update 2, 5.4 or newer)",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(c.want, problems(load(t, map[string]string{"a.md": c.src}))); d != "" {
				t.Error(d)
			}
		})
	}
}
