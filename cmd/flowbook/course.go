package main

import (
	"flowbook/data/course"

	"github.com/spf13/cobra"
)

func (a *app) course() *cobra.Command {
	var out string
	var tiny bool
	c := &cobra.Command{
		Use:   "course --out DIR",
		Short: "Unpack the embedded laboratory captures, with their labels",
		Long: `Unpack the embedded course captures into DIR, with labels.json beside them.

They are laboratory traffic: real protocol stacks over emulated access
networks. Class names follow the paper; the traffic is a stand-in for those
products, not a recording of them. Payload bytes are zeroed.`,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			if err := course.Unpack(out, tiny); err != nil {
				return err
			}
			a.say("captures and labels.json written to %s", out)
			return nil
		},
	}
	c.Flags().StringVarP(&out, "out", "o", "", "directory to write to (required)")
	c.Flags().BoolVar(&tiny, "tiny", false, "only a few captures, for a first try")
	required(c, "out")
	return c
}
