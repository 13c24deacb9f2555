// Package mcp lets assistants search and read the portal by the Model Context Protocol (streamable HTTP, without
// sessions): two tools, search and fetch, with the results that clients of the protocol expect under these names.
package mcp
