package notebook

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const lesson = `{"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": {"name": "gonb"}, "flowbook": {"needs": []}}, "cells": [
{"id": "a", "cell_type": "code", "metadata": {"tags": ["setup"]}, "source": "import \"fmt\"", "outputs": [{"output_type": "stream"}], "execution_count": 3},
{"id": "b", "cell_type": "code", "metadata": {}, "source": ["func two() int { return 2 }\n", "%%\n", "fmt.Println(two())"], "outputs": [], "execution_count": null},
{"id": "c", "cell_type": "markdown", "metadata": {}, "source": "### Exercise 1\n\n<details><summary>Hint</summary>stays</details>"},
{"id": "d", "cell_type": "code", "metadata": {}, "source": "%%\nfmt.Println(0) // your answer", "outputs": [], "execution_count": null},
{"id": "e", "cell_type": "markdown", "metadata": {}, "source": "<details><summary>Solution</summary>\n\nLike this <b>&</b>:\n\n` + "```go\\n%%\\nfmt.Println(\\\"✓\\\", two())\\n```" + `\n\n</details>\n\n## Next\n\n**Question.** Why?\n\n<details><summary>Answer</summary>\n\nBecause.\n\n</details>"},
{"id": "f", "cell_type": "markdown", "metadata": {}, "source": "<details><summary>Solution</summary>\nonly words\n</details>"}
]}`

func edition(t *testing.T, e Edition, source string) *Notebook {
	t.Helper()
	path := filepath.Join(t.TempDir(), "lesson.ipynb")
	if err := os.WriteFile(path, []byte(source), 0o666); err != nil {
		t.Fatal(err)
	}
	b, err := Make(e, path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o666); err != nil {
		t.Fatal(err)
	}
	nb, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(b), `"edition": "`+string(e)+`"`) || !strings.Contains(string(b), `"needs": []`) {
		t.Errorf("%s: the metadata must keep what it had and name the edition", e)
	}
	return nb
}

func sources(nb *Notebook) string {
	var all []string
	for _, c := range nb.Cells {
		all = append(all, c.ID+": "+string(c.Source))
	}
	return strings.Join(all, "\n--\n")
}

func TestStudentEditionGivesNothingAway(t *testing.T) {
	nb := edition(t, Student, lesson)
	all := sources(nb)
	for _, gone := range []string{"✓", "Because", "Solution", "only words"} {
		if strings.Contains(all, gone) {
			t.Errorf("%q is still there:\n%s", gone, all)
		}
	}
	for _, kept := range []string{"your answer", "## Next", "**Question.**", "<summary>Hint"} {
		if !strings.Contains(all, kept) {
			t.Errorf("%q is gone:\n%s", kept, all)
		}
	}
	if nb.Cells[0].Outputs == nil || len(nb.Cells[0].Outputs) > 0 || nb.Cells[0].Count != nil {
		t.Error("outputs and counts must be gone")
	}
	if strings.Contains(all, "f: ") {
		t.Error("a cell with nothing left must go")
	}
}

func TestTeacherEditionIsAnswered(t *testing.T) {
	all := sources(edition(t, Teacher, lesson))
	if !strings.Contains(all, "d: %%\nfmt.Println(\"✓\", two())") || strings.Contains(all, "your answer") {
		t.Errorf("the exercise is not answered in its cell:\n%s", all)
	}
	if !strings.Contains(all, "Like this <b>&</b>") {
		t.Errorf("the text around the solution must stay as it is:\n%s", all)
	}
}

func TestAnswersHoldWhatIsNeededAndNoMore(t *testing.T) {
	nb := edition(t, Answers, lesson)
	want := "a: import \"fmt\"\n--\nb: func two() int { return 2 }\n--\nd: %%\nfmt.Println(\"✓\", two())"
	if got := sources(nb); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if !nb.Cells[2].tagged("answer") {
		t.Error("the answered cell must be tagged answer")
	}
}

func TestOneSolutionForOneCell(t *testing.T) {
	path := filepath.Join(t.TempDir(), "twice.ipynb")
	twice := strings.Replace(lesson, "only words", "```go\\n%%\\n```", 1)
	if err := os.WriteFile(path, []byte(twice), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Make(Teacher, path); err == nil || !strings.Contains(err.Error(), "twice.ipynb: cell 5") {
		t.Errorf("a second solution for the same cell: %v, expected an error that names file and cell", err)
	}
}

// Student copies compile: every notebook of the course is still a script.
func TestStudentEditionsAreScripts(t *testing.T) {
	paths, err := filepath.Glob("../../notebooks/[0-9]*.ipynb")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no notebooks (%v)", err)
	}
	for _, p := range paths {
		for _, e := range []Edition{Student, Teacher} {
			b, err := Make(e, p)
			if err != nil {
				t.Error(err)
				continue
			}
			out := filepath.Join(t.TempDir(), filepath.Base(p))
			if err := os.WriteFile(out, b, 0o666); err != nil {
				t.Fatal(err)
			}
			if _, err := Script(out); err != nil {
				t.Errorf("the %s edition: %v", e, err)
			}
		}
	}
}
