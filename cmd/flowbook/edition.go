package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"flowbook/internal/notebook"

	"github.com/spf13/cobra"
)

func (a *app) edition() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "edition student|teacher|answers [NOTEBOOK...]",
		Short: "Write notebooks for handing out, without or with their answers",
		Long: `Write an edition of notebooks (without arguments: of the whole course).

  student   solutions, answers and outputs are cut; the places to answer stay
  teacher   every exercise is answered in its cell
  answers   the set-up and the answered cells alone: 'make check-answers' runs
            them, and each must pass its own check

Editions lie in a folder of the checkout, so that set-up and links work there.`,
		Args: usageArgs(cobra.MinimumNArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			e := notebook.Edition(args[0])
			if !slices.Contains(notebook.Editions, e) {
				return usageError("no edition %q: student, teacher or answers", args[0])
			}
			return a.writeEditions(e, out, args[1:])
		},
	}
	c.Flags().StringVarP(&out, "out", "o", "handouts", "directory of the copies")
	return c
}

// writeEditions writes the notebooks and the set-up script that they call.
func (a *app) writeEditions(e notebook.Edition, out string, paths []string) error {
	root, err := checkout()
	if err != nil {
		return err
	}
	folder := filepath.Join(root, "notebooks")
	if len(paths) == 0 {
		if paths, err = filepath.Glob(filepath.Join(folder, "[0-9]*.ipynb")); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(out, 0o777); err != nil {
		return err
	}
	setup, err := os.ReadFile(filepath.Join(folder, "setup.sh"))
	if err != nil {
		return err
	}
	if err := writeBytes(filepath.Join(out, "setup.sh"), setup); err != nil {
		return err
	}
	for _, p := range paths {
		b, err := notebook.Make(e, p)
		if err != nil {
			return err
		}
		if err := writeBytes(filepath.Join(out, filepath.Base(p)), b); err != nil {
			return err
		}
	}
	fmt.Fprintf(a.err, "%s in %s\n", plural(len(paths), "notebook", "notebooks"), out)
	return nil
}

func writeBytes(path string, b []byte) error {
	return writeFile(path, func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	})
}
