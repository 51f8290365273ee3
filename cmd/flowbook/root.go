package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// app is what the commands share: where to print and how much.
type app struct {
	out, err io.Writer
	quiet    bool
}

// execute runs one command line and returns the exit code.
func execute(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	a := &app{out: stdout, err: stderr}
	root := a.root()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if errors.Is(err, context.Canceled) {
		err = errors.New("interrupted")
	}
	if err != nil {
		fmt.Fprintln(stderr, "flowbook:", err)
	}
	return codeOf(err)
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "flowbook",
		Short:         "Classify network traffic by the timing and volume of its flows",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          usageArgs(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			return c.Help()
		},
	}
	root.PersistentFlags().BoolVar(&a.quiet, "quiet", false, "print results and errors only")
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usageError("%v\nsee '%s --help'", err, c.CommandPath())
	})
	for _, c := range []*cobra.Command{
		a.course(), a.record(), a.extract(), a.dataset(), a.audit(), a.train(), a.resume(), a.tune(),
		a.evaluate(), a.compare(), a.predict(), a.export(), a.importModel(), a.paper(), a.report(), a.script(), a.edition(), a.doctor(),
		a.iscx(), a.anonymize(),
	} {
		root.AddCommand(c)
	}
	return root
}

// say prints a line about the work on stderr, unless --quiet is given.
func (a *app) say(format string, args ...any) {
	if !a.quiet {
		fmt.Fprintf(a.err, format+"\n", args...)
	}
}
