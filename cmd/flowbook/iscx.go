package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"flowbook/data/iscx"

	"github.com/spf13/cobra"
)

func (a *app) iscx() *cobra.Command {
	c := &cobra.Command{
		Use:   "iscx",
		Short: "List, fetch and verify the captures of ISCX-VPN-NonVPN",
		Long: `The data set of the paper is not part of flowbook: ` + iscx.Ask + `.
Whoever has it can write a manifest and serve the folder to colleagues.`,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(a.iscxManifest(), a.iscxFetch(), a.iscxVerify())
	return c
}

func (a *app) iscxManifest() *cobra.Command {
	return &cobra.Command{
		Use:   "manifest DIR",
		Short: "Print all 150 captures, with size and SHA-256 of the files that DIR has",
		Args:  usageArgs(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			entries, err := iscx.Manifest(args[0])
			if err != nil {
				return err
			}
			return iscx.WriteManifest(a.out, entries)
		},
	}
}

func (a *app) iscxFetch() *cobra.Command {
	var from string
	c := &cobra.Command{
		Use:   "fetch --from URL DIR",
		Short: "Fetch the captures that DIR lacks from a server that has a manifest",
		Long: `Fetch captures from the folder at URL, which holds ` + iscx.ManifestName + ` (written by
'flowbook iscx manifest') and the files that it lists. A file that was begun
goes on where it was, is compared with its SHA-256, and only then gets its name;
files that DIR has already are recognised by name and hash.`,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error { return a.runFetch(c.Context(), from, args[0]) },
	}
	c.Flags().StringVar(&from, "from", "", "address of the folder (required)")
	required(c, "from")
	return c
}

func (a *app) runFetch(ctx context.Context, from, dir string) error {
	f := iscx.Fetcher{Note: func(s string) { a.say("%s", s) }}
	got, err := f.Fetch(ctx, from, dir)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.out, "%s fetched, %d there already\n", plural(len(got.Got), "file", "files"), len(got.Had))
	if len(got.Nowhere) > 0 {
		fmt.Fprintf(a.out, "not on that server: %s\n%s\n", strings.Join(got.Nowhere, ", "), iscx.Ask)
	}
	return badInputs(got.Failed)
}

func (a *app) iscxVerify() *cobra.Command {
	var manifest string
	c := &cobra.Command{
		Use:   "verify DIR",
		Short: "Say which captures, or tables of their flows, a directory has",
		Args:  usageArgs(cobra.ExactArgs(1)),
		RunE:  func(_ *cobra.Command, args []string) error { return a.runVerify(args[0], manifest) },
	}
	c.Flags().StringVar(&manifest, "manifest", "", "compare the files with this manifest by SHA-256")
	return c
}

func (a *app) runVerify(dir, manifest string) error {
	found, err := iscx.Verify(dir)
	if err != nil {
		return err
	}
	fmt.Fprintln(a.out, found)
	var bad []error
	if manifest != "" {
		text, err := os.ReadFile(manifest)
		if err != nil {
			return err
		}
		entries, err := iscx.ReadManifest(manifest, text)
		if err != nil {
			return err
		}
		differ, err := iscx.Compare(found, entries)
		if err != nil {
			return err
		}
		for _, d := range differ {
			bad = append(bad, errors.New(d))
		}
	}
	if !found.Complete() {
		fmt.Fprintln(a.out, iscx.Ask)
		bad = append(bad, fmt.Errorf("%s: found %d of %d captures, %d twice", dir, len(found.Files), len(found.Files)+len(found.Missing), len(found.Twice)))
	}
	return badInputs(bad)
}
