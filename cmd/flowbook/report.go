package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
)

// reportFlags are the options of flowbook report.
type reportFlags struct {
	out           string
	pdf, markdown bool
	paper         string
	verify        bool
}

func (a *app) report() *cobra.Command {
	var f reportFlags
	c := &cobra.Command{
		Use:   "report [NOTEBOOK...] | report --verify PAGE...",
		Short: "Run notebooks and write them as self-contained pages",
		Long: `Run a copy of each notebook and write it as a self-contained HTML page, with
an index. Without arguments all notebooks of the course are run. Works inside
a checkout where make has installed the notebook tools.

With --verify, run the notebooks of finished pages again and say, passage by
passage, whether a page says what a run says here: exact (exit code 0), close
(the same words, other numbers, each named; exit code 3) or different (1).`,
		RunE: func(c *cobra.Command, args []string) error {
			switch {
			case f.paper != "A4" && f.paper != "Letter":
				return usageError("--paper is %q: known are A4 and Letter", f.paper)
			case f.verify && len(args) == 0:
				return usageError("--verify wants pages: flowbook report --verify reports/02_packets_and_flows.html")
			case f.verify:
				return a.verifyPages(c.Context(), args)
			}
			return a.runReport(c.Context(), f, args)
		},
	}
	c.Flags().StringVarP(&f.out, "out", "o", "reports", "directory of the pages")
	c.Flags().BoolVar(&f.pdf, "pdf", false, "print the pages to PDF as well (needs Chromium, and 'make pdf' once)")
	c.Flags().StringVar(&f.paper, "paper", "A4", "paper of the PDF: A4 or Letter")
	c.Flags().BoolVar(&f.markdown, "markdown", false, "write Markdown with its figures as well")
	c.Flags().BoolVar(&f.verify, "verify", false, "compare finished pages with a run here")
	return c
}

func (a *app) runReport(ctx context.Context, f reportFlags, notebooks []string) error {
	root, err := checkout()
	if err != nil {
		return err
	}
	if len(notebooks) == 0 {
		if notebooks, err = filepath.Glob(filepath.Join(root, "notebooks", "[0-9]*.ipynb")); err != nil {
			return err
		}
	}
	args := []string{"--out", f.out}
	if f.markdown {
		args = append(args, "--markdown")
	}
	if err := a.jupyterTool(ctx, root, "report.py", append(args, notebooks...)...); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if !f.pdf {
		return nil
	}
	args = []string{"--paper", f.paper}
	for _, n := range notebooks {
		name := strings.TrimSuffix(filepath.Base(n), ".ipynb")
		args = append(args, filepath.Join(f.out, name+".html"))
	}
	if err := a.jupyterTool(ctx, root, "pdf.py", args...); err != nil {
		return fmt.Errorf("report: the pages are there, printing them failed (is 'make pdf' done once?): %w", err)
	}
	return nil
}

// verifyPages hands on the verdict as the exit code.
func (a *app) verifyPages(ctx context.Context, pages []string) error {
	root, err := checkout()
	if err != nil {
		return err
	}
	err = a.jupyterTool(ctx, root, "verify.py", pages...)
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == exitInputs {
		return codedError{exitInputs, errors.New("report: close, but not exact")}
	}
	if err != nil {
		return fmt.Errorf("report: not verified: %w", err)
	}
	return nil
}

// jupyterTool runs a program of tools/jupyter with the checkout's own Python.
func (a *app) jupyterTool(ctx context.Context, root, tool string, args ...string) error {
	python := filepath.Join(root, ".venv", "bin", "python")
	if _, err := os.Stat(python); err != nil {
		return fmt.Errorf("the notebook tools are not installed: run 'make tools' in %s", root)
	}
	cmd := exec.CommandContext(ctx, python, append([]string{filepath.Join(root, "tools", "jupyter", tool)}, args...)...)
	cmd.Stdout, cmd.Stderr = a.out, a.err
	return cmd.Run()
}
