package notebook

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var fileLink = regexp.MustCompile(`\]\(([^)#:\s]+)(?:#[^)]*)?\)`)

// TestLinksOfThePages looks for every file that README and docs link to. What
// make builds (reports) is not there in a clean checkout.
func TestLinksOfThePages(t *testing.T) {
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range append(pages, "../../README.md") {
		b, err := os.ReadFile(page)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, m := range fileLink.FindAllStringSubmatch(withoutCode(string(b)), -1) {
			if strings.HasPrefix(m[1], "reports/") {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), m[1])); err != nil {
				t.Errorf("%s links to %s, which is not there", page, m[1])
			}
		}
	}
}
