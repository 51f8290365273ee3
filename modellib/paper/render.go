package paper

import (
	"encoding/base64"
	"fmt"
	"html/template"
	"strings"

	"flowbook/modellib/evaluate"

	_ "embed"
)

// Markdown is the document as Markdown. file gives the name of a figure's file.
func (d *Document) Markdown(file func(*Figure) string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", plain(d.Title))
	for _, k := range d.Blocks {
		b.WriteByte('\n')
		switch {
		case k.Head != "":
			fmt.Fprintf(&b, "## %s\n", plain(k.Head))
		case k.Sub != "":
			fmt.Fprintf(&b, "### %s\n", plain(k.Sub))
		case k.Text != "":
			fmt.Fprintf(&b, "%s\n", plain(k.Text))
		case k.Table != nil:
			b.WriteString(k.Table.Markdown())
		case k.Figure != nil:
			fmt.Fprintf(&b, "![%s](%s)\n\n%s\n", plain(k.Figure.Alt), file(k.Figure), plain(k.Figure.Title))
		default:
			for _, item := range k.List {
				fmt.Fprintf(&b, "- %s\n", plain(item))
			}
		}
	}
	return b.String()
}

// plain keeps names such as sftp_down from becoming Markdown.
func plain(s string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "<", "&lt;", "`", "\\`").Replace(s)
}

//go:embed report.html
var page string

var pageTemplate = template.Must(template.New("report").Funcs(template.FuncMap{
	"number": number,
	"anchor": func(s string) string {
		return strings.Trim(strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
				return r
			}
			return '-'
		}, strings.ToLower(s)), "-")
	},
}).Parse(page))

// HTML is the document as one page that makes no request. draw gives a
// figure's PNG.
func (d *Document) HTML(draw func(*Figure) ([]byte, error)) (string, error) {
	type block struct {
		Block
		Image template.URL
	}
	var view struct {
		Title  string
		Heads  []string
		Blocks []block
	}
	view.Title = d.Title
	for _, k := range d.Blocks {
		v := block{Block: k}
		if k.Head != "" {
			view.Heads = append(view.Heads, k.Head)
		}
		if k.Figure != nil {
			png, err := draw(k.Figure)
			if err != nil {
				return "", fmt.Errorf("%s: %w", k.Figure.Name, err)
			}
			v.Image = template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(png))
		}
		view.Blocks = append(view.Blocks, v)
	}
	var b strings.Builder
	err := pageTemplate.Execute(&b, view)
	return b.String(), err
}

// number reports whether a column holds numbers only, which stand at the right.
func number(t *evaluate.Table, col int) bool {
	for _, row := range t.Rows {
		if s := row[col]; s != "" && s != "–" && !strings.ContainsRune("0123456789+-−", []rune(s)[0]) {
			return false
		}
	}
	return true
}
