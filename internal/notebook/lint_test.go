package notebook

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/color"
	"image/png"
	"slices"
	"strings"
	"testing"
)

func stream(text string) m { return m{"output_type": "stream", "name": "stdout", "text": text} }

func shown(raw []byte, alt string) m {
	o := m{"output_type": "display_data", "data": m{"image/png": base64.StdEncoding.EncodeToString(raw)}, "metadata": m{}}
	if alt != "" {
		o["metadata"] = m{"image/png": m{"alt": alt}}
	}
	return o
}

// drawing is a PNG, blank or with a line.
func drawing(t *testing.T, line bool) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 50, 50))
	for x := 0; line && x < 50; x++ {
		img.SetGray(x, 25, color.Gray{255})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestEachRule breaks one thing at a time and expects exactly its rule.
func TestEachRule(t *testing.T) {
	put := func(i int, outputs ...m) func([]m, m) {
		return func(c []m, _ m) { c[i]["outputs"] = outputs }
	}
	source := func(i int, s string) func([]m, m) {
		return func(c []m, _ m) { c[i]["source"] = s }
	}
	plot := "%%\nplots.Show(nil, \"words\")\nfmt.Println(math.Pi)"
	for _, c := range []struct {
		rule  string
		spoil func(cells []m, nb m)
	}{
		{"kernel", func(_ []m, nb m) { nb["metadata"].(m)["kernelspec"] = m{"name": "python3"} }},
		{"version", func(_ []m, nb m) { nb["metadata"].(m)["language_info"] = m{"version": "go1.26"} }},
		{"title", source(0, "Title\n\n**What you will learn**")},
		{"goals", source(0, "# Title")},
		{"summary", source(4, "## The end")},
		{"exercise", source(3, "## Exercise\n\nWhat?")},
		{"exercise", source(3, "Nothing to do.")},
		{"figure", source(2, "%%\nfmt.Println(math.Pi)")},
		{"setup", source(1, "import (\n\t\"fmt\"\n\t\"math\"\n\n\t\"flowbook/plots\"\n)")},
		{"setup", func(c []m, _ m) { c[1]["metadata"] = m{} }},
		{"id", func(c []m, _ m) { c[3]["id"] = "a" }},
		{"id", func(c []m, _ m) { c[3]["id"] = "" }},
		{"path", source(4, "## Summary\n\nSee `/mnt/me/x.pcap`.")},
		{"tag", func(c []m, _ m) { c[2]["metadata"] = m{"tags": []string{"figures"}} }},
		{"timing", func(c []m, _ m) { c[2]["metadata"] = m{"execution": m{"iopub.execute_input": "now"}} }},
		{"link", source(4, "## Summary\n\n[next](99_none.ipynb)")},
		{"count", func(c []m, _ m) { c[2]["execution_count"] = 3 }},
		{"lines", source(2, plot+strings.Repeat("\nfmt.Println(math.E)", MaxLines))},
		{"columns", source(2, plot+"\nfmt.Println(\""+strings.Repeat("x", MaxColumns)+"\")")},
		{"format", source(2, plot+"\nfmt.Println( 1 )")},
		{"script", source(2, plot+"\nos.Exit(0)")},
		{"answer", source(2, plot+"\n// exercise.Check(\"n\", 1, 1)")},
		{"error", put(2, m{"output_type": "error", "ename": "panic", "evalue": "x", "traceback": []string{}})},
		{"http", put(2, stream("see https://example.org"))},
		{"path", put(2, stream("written to /opt/x/y"))},
		{"alt", put(2, shown(drawing(t, true), ""))},
		{"picture", put(2, shown(drawing(t, false), "words"))},
		{"picture", put(2, shown([]byte("not a PNG"), "words"))},
		{"picture", put(2, shown(make([]byte, MaxPicture+1), "words"))},
	} {
		cells := sound()
		path := write(t, cells, func(nb m) { c.spoil(cells, nb) })
		if got := rules(Lint(path)); !slices.Equal(got, []string{c.rule}) {
			t.Errorf("rule %s: complaints %v (%v)", c.rule, got, Lint(path))
		}
	}
}

func TestGoodOutputsPass(t *testing.T) {
	cells := sound()
	cells[2]["outputs"] = []m{stream("3.14\n"), shown(drawing(t, true), "a line")}
	if problems := Lint(write(t, cells, nil)); len(problems) > 0 {
		t.Errorf("complaints: %v", problems)
	}
}

func TestLintOfNoNotebook(t *testing.T) {
	if got := rules(Lint("missing.ipynb")); !slices.Equal(got, []string{"format"}) {
		t.Errorf("rules %v, want format", got)
	}
}
