package main

import (
	"github.com/spf13/cobra"
)

// required makes missing flags a usage error, named before anything runs.
func required(c *cobra.Command, names ...string) {
	args := c.Args
	c.Args = func(c *cobra.Command, given []string) error {
		for _, n := range names {
			if !c.Flags().Changed(n) {
				return usageError("--%s is missing\nusage: %s", n, c.UseLine())
			}
		}
		return args(c, given)
	}
}
