package site_test

import (
	"encoding/json"
	"strings"
	"testing"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

// TestAssistant is a client of the Model Context Protocol that searches and then reads what it found.
func TestAssistant(t *testing.T) {
	p := start(t, ops)
	c := sdk.NewClient(&sdk.Implementation{Name: "test", Version: "1"}, nil)
	session, err := c.Connect(t.Context(), &sdk.StreamableClientTransport{Endpoint: p.url + "/mcp"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = session.Close() }()
	tools, err := session.ListTools(t.Context(), nil)
	if err != nil || len(tools.Tools) != 2 {
		t.Fatalf("tools: %v, %v", tools, err)
	}
	call := func(tool string, args map[string]any, into any) *sdk.CallToolResult {
		t.Helper()
		res, err := session.CallTool(t.Context(), &sdk.CallToolParams{Name: tool, Arguments: args})
		if err != nil {
			t.Fatal(err)
		}
		raw, err := json.Marshal(res.StructuredContent)
		if err != nil {
			t.Fatal(err)
		}
		if into != nil {
			if err := json.Unmarshal(raw, into); err != nil {
				t.Fatalf("%v: %s", err, raw)
			}
		}
		return res
	}
	var found struct {
		Results []struct{ ID, Title, URL, Text string }
	}
	call("search", map[string]any{"query": "write: No space left on device"}, &found)
	if len(found.Results) == 0 || found.Results[0].ID != "playbooks/linux/disk.md" || found.Results[0].URL != p.url+"/playbooks/linux/disk" || found.Results[0].Text == "" {
		t.Fatalf("found %+v", found)
	}
	var page struct{ ID, Title, Text, URL string }
	call("fetch", map[string]any{"id": found.Results[0].ID}, &page)
	if page.Title != "The disk is full" || page.Text != ops["playbooks/linux/disk.md"] {
		t.Errorf("fetched %+v", page)
	}
	if res := call("fetch", map[string]any{"id": "../secret"}, nil); !res.IsError || !strings.Contains(res.Content[0].(*sdk.TextContent).Text, "no page has this id") {
		t.Errorf("fetched a page that is none: %+v", res)
	}
	if r := p.get("/mcp"); r.status != 405 {
		t.Errorf("GET answers %d", r.status)
	}
}
