package content

import "strings"

// foreign holds, in lower case, the front matter keys that other tools are known to own. They are accepted and have no effect, so
// that a folder written for one of them is served without a complaint about each page.
var foreign = set(
	// Hugo, and the themes most in use
	`audio author authors bookcollapsesection bookcomments bookflatsection bookhidden bookhref
	booksearchexclude booktoc build _build cascade categories category date draft expirydate
	headless images iscjklanguage keywords lastmod layout linktitle markup menu menus
	no_list outputs params publishdate resources series simple_list sitemap slug toc toc_hide manuallinkrelref manuallinktitle hide_feedback exclude_search body_class github_repo github_subdir github_branch github_url github_project_repo path_base_for_github_subdir notoc sidebar_root_for translationkey type url videos hide_summary manuallinktarget manuallink content_type modified pubdate unpublishdate`,
	// Docusaurus
	`custom_edit_url displayed_sidebar hide_table_of_contents hide_title image last_update pagination_label
	pagination_next pagination_prev parse_number_prefixes sidebar_class_name sidebar_custom_props sidebar_label
	sidebar_position title_meta toc_max_heading_level toc_min_heading_level unlisted author_title author_url author_image_url`,
	// MkDocs and Material
	`comments edit_url hide icon revision_date search social subtitle template links pin readtime inherit`,
	// Jekyll, Just the Docs
	`collection contributors docs_area excerpt grand_parent has_children has_toc key last_modified_at nav_exclude
	nav_order parent permalink excerpt_separator render_with_liquid redirect_from redirect_to search_exclude secure_links last_modified_date nav_enabled nav_fold child_nav_order ancestor has_toc nav_footer`,
	// VitePress, VuePress, Starlight
	`aside banner editlink editurl features footer head hero home lastupdated navbar next outline pageclass pagefind
	prev sidebar tableofcontents titletemplate`,
)

func set(lists ...string) map[string]bool {
	out := map[string]bool{}
	for _, l := range lists {
		for k := range strings.FieldsSeq(l) {
			out[k] = true
		}
	}
	return out
}

// nearest returns the known key at most two edits (or a third of the length) away, or "".
func nearest(key string) string {
	best, bestD := "", min(2, max(1, len(key)/3))+1
	norm := strings.ReplaceAll(strings.ToLower(key), "-", "_")
	for k := range fields {
		if d := editDistance(norm, k, bestD); d < bestD || d == bestD && best != "" && k < best {
			best, bestD = k, d
		}
	}
	return best
}

// Nearest returns the first of some names that is the fewest edits away from one, "" where none is near.
func Nearest(name string, among []string) string {
	best, bestD := "", min(3, max(1, len(name)/5))+1
	name = strings.ToLower(name)
	for _, n := range among {
		if d := len(n) - len(name); d >= bestD || -d >= bestD {
			continue
		}
		if d := editDistance(name, strings.ToLower(n), bestD); d < bestD {
			best, bestD = n, d
		}
	}
	return best
}

// editDistance is the optimal string alignment distance (insert, delete, replace, swap neighbours), or any value
// above limit once it is sure to exceed it.
func editDistance(a, b string, limit int) int {
	if d := len(a) - len(b); d > limit || -d > limit {
		return limit + 1
	}
	prev2 := make([]int, len(b)+1)
	prev := make([]int, len(b)+1)
	cur := make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cur[j] = min(cur[j], prev2[j-2]+1)
			}
		}
		prev2, prev, cur = prev, cur, prev2
	}
	return prev[len(b)]
}
