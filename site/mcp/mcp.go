package mcp

import (
	"context"
	"fmt"
	"net/http"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

// Library is what one caller may search and read.
type Library interface {
	Search(ctx context.Context, query string) (Results, error)
	// Fetch returns the page with an id that Search gave; the error's text is for the assistant.
	Fetch(ctx context.Context, id string) (Page, error)
}

// Results is the answer of the search tool.
type Results struct {
	Results    []Result `json:"results" jsonschema:"the pages that answer best, the best first"`
	Confidence float64  `json:"confidence" jsonschema:"from 0 to 1: below 0.5 a pasted error is likely answered by no page here"`
	Notices    []string `json:"notices,omitempty" jsonschema:"what was left out of the query or searched instead of it"`
	Suggestion string   `json:"suggestion,omitempty" jsonschema:"a better spelling of the query"`
}

// Result is one page found.
type Result struct {
	ID    string `json:"id" jsonschema:"what to give to fetch"`
	Title string `json:"title"`
	URL   string `json:"url" jsonschema:"where a person can read it, at the section that answers"`
	Text  string `json:"text" jsonschema:"the passage that answers"`
}

// Page is the answer of the fetch tool.
type Page struct {
	ID       string            `json:"id"`
	Title    string            `json:"title"`
	Text     string            `json:"text" jsonschema:"the whole page as Markdown"`
	URL      string            `json:"url"`
	Metadata map[string]string `json:"metadata,omitempty"`
}

type searchInput struct {
	Query string `json:"query" jsonschema:"an error line as it stands, an alert's name, a command, or what one wants to do"`
}

type fetchInput struct {
	ID string `json:"id" jsonschema:"an id from search"`
}

// maxBody bounds a request: a pasted log and its envelope.
const maxBody = 256 << 10

// Handler answers requests of one caller from their library.
func Handler(lib Library, portal, version string) http.Handler {
	s := sdk.NewServer(&sdk.Implementation{Name: "rutter", Title: portal, Version: version}, &sdk.ServerOptions{
		Instructions: "Operational playbooks, guides and advisories. Search with the error line or alert name as it stands, then fetch the page. Say the page's URL to the person who asked.",
	})
	readOnly := &sdk.ToolAnnotations{ReadOnlyHint: true}
	sdk.AddTool(s, &sdk.Tool{Name: "search", Description: "Searches the playbooks for an error, an alert, a command or a task.", Annotations: readOnly},
		func(ctx context.Context, _ *sdk.CallToolRequest, in searchInput) (*sdk.CallToolResult, Results, error) {
			res, err := lib.Search(ctx, in.Query)
			if res.Results == nil {
				res.Results = []Result{}
			}
			return nil, res, err
		})
	sdk.AddTool(s, &sdk.Tool{Name: "fetch", Description: "Returns a whole page as Markdown.", Annotations: readOnly},
		func(ctx context.Context, _ *sdk.CallToolRequest, in fetchInput) (*sdk.CallToolResult, Page, error) {
			if len(in.ID) > 4096 {
				return nil, Page{}, fmt.Errorf("no page has such an id")
			}
			p, err := lib.Fetch(ctx, in.ID)
			return nil, p, err
		})
	return sdk.NewStreamableHTTPHandler(func(*http.Request) *sdk.Server { return s }, &sdk.StreamableHTTPOptions{
		Stateless: true, JSONResponse: true, MaxRequestBodyBytes: maxBody,
		DisableLocalhostProtection: true, // what is served is public, and a proxy on this machine keeps the Host it was asked by
	})
}
