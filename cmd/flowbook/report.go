package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/spf13/cobra"
)

func (a *app) report() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "report [NOTEBOOK...]",
		Short: "Run notebooks and write them as self-contained pages",
		Long: `Run a copy of each notebook and write it as a self-contained HTML page, with
an index. Without arguments all notebooks of the course are run. Works inside
a checkout where make has installed the notebook tools.`,
		RunE: func(c *cobra.Command, args []string) error {
			return a.runReport(c, out, args)
		},
	}
	c.Flags().StringVarP(&out, "out", "o", "reports", "directory of the pages")
	return c
}

func (a *app) runReport(c *cobra.Command, out string, notebooks []string) error {
	root, err := checkout()
	if err != nil {
		return err
	}
	if len(notebooks) == 0 {
		if notebooks, err = filepath.Glob(filepath.Join(root, "notebooks", "[0-9]*.ipynb")); err != nil {
			return err
		}
	}
	python := filepath.Join(root, ".venv", "bin", "python")
	if _, err := os.Stat(python); err != nil {
		return fmt.Errorf("the notebook tools are not installed: run 'make tools' in %s", root)
	}
	args := append([]string{filepath.Join(root, "tools", "jupyter", "report.py"), "--out", out}, notebooks...)
	cmd := exec.CommandContext(c.Context(), python, args...)
	cmd.Stdout, cmd.Stderr = a.out, a.err
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}
