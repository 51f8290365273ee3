package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"flowbook/flowlib/anonymize"
	"flowbook/flowlib/label"

	"github.com/spf13/cobra"
)

func (a *app) anonymize() *cobra.Command {
	var out, key string
	c := &cobra.Command{
		Use:   "anonymize -o DIR CAPTURE|DIR...",
		Short: "Make captures that can be handed on: addresses mapped, payload and names gone",
		Long: `Write DIR/NAME.pcap for every capture: raw IP packets with the headers of IP,
TCP, UDP and ICMP, their times and lengths. Addresses are mapped so that shared
prefixes stay shared (Crypto-PAn); all captures of one call share a random key,
--key FILE (32 bytes) keeps the mapping over several calls. Payload, host names,
SNI, link-layer addresses and a pcapng's comments and names are gone; flows and
windows keep their features. Times, sizes and ports stay, and can still tell who
knows what to look for; so can the file's name, which is kept.`,
		Args: usageArgs(cobra.MinimumNArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error { return a.runAnonymize(out, key, args) },
	}
	c.Flags().StringVarP(&out, "out", "o", "", "directory of the new captures (required)")
	c.Flags().StringVar(&key, "key", "", "file of 32 secret bytes (default: random, and forgotten)")
	required(c, "out")
	return c
}

func (a *app) runAnonymize(out, keyFile string, args []string) error {
	captures, err := capturesOf(args)
	if err != nil {
		return err
	}
	secret := make([]byte, anonymize.KeySize)
	if keyFile != "" {
		if secret, err = os.ReadFile(keyFile); err != nil {
			return err
		}
	} else if _, err := rand.Read(secret); err != nil {
		return err
	}
	addresses, err := anonymize.NewAddresses(secret)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o777); err != nil {
		return err
	}
	taken := map[string]string{}
	for _, path := range captures {
		to := filepath.Join(out, label.Stem(path)+".pcap")
		if other, ok := taken[to]; ok {
			return usageError("%s and %s would both be written to %s", other, path, to)
		}
		if same(path, to) {
			return usageError("%s would be replaced by its own copy: give another directory", path)
		}
		taken[to] = path
	}
	var bad []error
	for _, path := range captures {
		acc, err := anonymize.File(path, filepath.Join(out, label.Stem(path)+".pcap"), addresses)
		if err != nil {
			bad = append(bad, err)
		}
		if acc.Read > 0 {
			fmt.Fprintf(a.out, "%s: %d packets read, %d written%s\n", path, acc.Read, acc.Written, leftOut(acc))
		}
	}
	return badInputs(bad)
}

func leftOut(acc anonymize.Account) string {
	text := ""
	for _, why := range []anonymize.Reason{anonymize.NotIP, anonymize.Malformed} {
		if n := acc.LeftOut[why]; n > 0 {
			text += fmt.Sprintf(", %d %s", n, why)
		}
	}
	return text
}

// same reports whether two paths are one file.
func same(a, b string) bool {
	x, err1 := os.Stat(a)
	y, err2 := os.Stat(b)
	return errors.Join(err1, err2) == nil && os.SameFile(x, y)
}
