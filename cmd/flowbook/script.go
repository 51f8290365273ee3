package main

import (
	"flowbook/internal/notebook"

	"github.com/spf13/cobra"
)

func (a *app) script() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "script NOTEBOOK",
		Short: "Write a notebook as one Go script for 'go run'",
		Long: `Write a notebook as one Go program: its text as comments, its cells in order.
Run it inside the checkout with 'go run FILE.go'.`,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			src, err := notebook.Script(args[0])
			if err != nil {
				return err
			}
			if out == "-" {
				_, err = a.out.Write(src)
				return err
			}
			return writeBytes(out, src)
		},
	}
	c.Flags().StringVarP(&out, "out", "o", "-", "file to write, or - for standard output")
	return c
}
