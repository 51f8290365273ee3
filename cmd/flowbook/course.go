package main

import (
	"slices"
	"strings"

	"flowbook/data/course"

	"github.com/spf13/cobra"
)

func (a *app) course() *cobra.Command {
	var out string
	var tiny bool
	var o course.Options
	c := &cobra.Command{
		Use:   "course --out DIR",
		Short: "Unpack the embedded laboratory captures, with their labels",
		Long: `Unpack the embedded course captures into DIR, with labels.json beside them.

They are laboratory traffic: real protocol stacks over emulated access
networks. Class names follow the paper; the traffic is a stand-in for those
products, not a recording of them. Payload bytes are zeroed.

--subset takes a part: balanced (about as many windows of each traffic type),
paper-like (in the proportions of the paper's Table 9), tiny.

--truth writes beside each capture what each packet carries (application,
background or the tunnel itself) and whether it is a retransmission;
--comments writes captures as pcapng with that as a comment of each packet.`,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			if tiny && o.Subset != "" {
				return usageError("--tiny is --subset tiny; give one of them")
			}
			if tiny {
				o.Subset = "tiny"
			}
			if o.Subset != "" && !slices.Contains(course.Subsets, o.Subset) {
				return usageError("--subset is %q: known are %s", o.Subset, strings.Join(course.Subsets, ", "))
			}
			if err := course.Write(out, o); err != nil {
				return err
			}
			a.say("%s: captures and labels.json written to %s", course.Version, out)
			return nil
		},
	}
	c.Flags().StringVarP(&out, "out", "o", "", "directory to write to (required)")
	c.Flags().BoolVar(&tiny, "tiny", false, "only a few captures, for a first try")
	c.Flags().StringVar(&o.Subset, "subset", "", "balanced, paper-like or tiny; all captures if empty")
	c.Flags().BoolVar(&o.Truth, "truth", false, "write a table of the truth about each packet")
	c.Flags().BoolVar(&o.Comments, "comments", false, "write pcapng with the truth in comments")
	required(c, "out")
	return c
}
