package content

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// tomlBlock is TOML in a form the YAML decoder reads, with the places of its keys.
type tomlBlock struct {
	json []byte
	keys map[string]place
}

// tomlError is why TOML is not read.
type tomlError struct {
	place
	text, fix string
}

// readTOML reads a block of TOML.
func readTOML(text []byte) (tomlBlock, *tomlError) {
	keys, e := tomlKeys(text)
	if e != nil {
		return tomlBlock{}, e
	}
	var v map[string]any
	if err := toml.Unmarshal(text, &v); err != nil {
		at := place{1, 1}
		var de *toml.DecodeError
		if errors.As(err, &de) {
			at.line, at.column = de.Position()
		}
		return tomlBlock{}, &tomlError{at, "the TOML does not parse: " + firstLine(err.Error()), ""}
	}
	out, err := json.Marshal(v)
	if err != nil { // inf and nan
		return tomlBlock{}, &tomlError{place{1, 1}, "the TOML holds a number that is none: " + firstLine(err.Error()), "write it as a text"}
	}
	return tomlBlock{out, keys}, nil
}

// tomlKeys finds where the top-level keys stand, and refuses what nests too deeply or goes on for too long: dotted
// keys nest without a bracket. It stops where the text does not parse, which the parser then says.
func tomlKeys(text []byte) (map[string]place, *tomlError) {
	keys := map[string]place{}
	var p unstable.Parser
	p.Reset(text)
	n, inside := 0, false // inside a table
	for p.NextExpression() {
		e := p.Expression()
		if e.Kind == unstable.Comment {
			continue
		}
		var first place
		var name string
		parts := 0
		for it := e.Key(); it.Next(); parts++ {
			if parts == 0 {
				start := p.Shape(it.Node().Raw).Start
				before := text[:start.Offset]
				first = place{start.Line, 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])}
				name = string(it.Node().Data)
			}
		}
		if n++; n > maxKeys {
			return nil, &tomlError{place{first.line, 1}, fmt.Sprintf("the front matter has more than %d keys", maxKeys), "keep front matter short and flat"}
		}
		if parts > maxDepth || dotted(e, maxDepth) {
			return nil, &tomlError{place{first.line, 1}, fmt.Sprintf("the front matter nests more than %d deep", maxDepth), "keep front matter short and flat"}
		}
		table := e.Kind == unstable.Table || e.Kind == unstable.ArrayTable
		if _, known := keys[name]; !known && (table || !inside) {
			keys[name] = first
		}
		inside = inside || table
	}
	return keys, nil
}

// dotted tells whether a key in an inline table of an expression has more than n parts.
func dotted(e *unstable.Node, n int) bool {
	for it := e.Children(); it.Next(); {
		c := it.Node()
		if c.Kind == unstable.KeyValue {
			parts := 0
			for k := c.Key(); k.Next(); {
				parts++
			}
			if parts > n {
				return true
			}
		}
		if (c.Kind == unstable.KeyValue || c.Kind == unstable.InlineTable || c.Kind == unstable.Array) && dotted(c, n) {
			return true
		}
	}
	return false
}
