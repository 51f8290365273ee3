package main

import (
	"fmt"
	"io"

	"flowbook/data/course"
)

// count is what a pair has, plain or inside a VPN.
type count struct{ captures, windowed, three, superflows, windows, packets int }

// classes prints captures, windowed superflows and windows of each pair, and
// the levels of each factor.
func classes(w io.Writer, o options) error {
	set, err := o.windows()
	if err != nil {
		return err
	}
	windows, supers := map[string]int{}, map[string]map[string]bool{}
	for i := range set.Windows {
		c := set.Windows[i].Group("capture") + ".pcap.gz"
		windows[c]++
		if supers[c] == nil {
			supers[c] = map[string]bool{}
		}
		supers[c][set.Windows[i].Group("superflow")] = true
	}
	counts, total, order := map[string]*count{}, &count{}, []string{}
	levels := map[string][4]map[string]bool{}
	for _, c := range course.Captures() {
		pair := c.Type + "/" + c.App
		key := fmt.Sprintf("%-24s %-5s", pair, map[bool]string{false: "plain", true: "VPN"}[c.VPN])
		if counts[key] == nil {
			counts[key] = &count{}
			order = append(order, key)
		}
		if _, ok := levels[pair]; !ok {
			levels[pair] = [4]map[string]bool{{}, {}, {}, {}}
		}
		for k, v := range []string{c.Host, c.Day, c.Access, c.Implementation} {
			levels[pair][k][v] = true
		}
		for _, n := range []*count{counts[key], total} {
			n.add(windows[c.File], len(supers[c.File]), c.Packets)
		}
	}
	sortStrings(order)
	fmt.Fprintf(w, "%-30s %8s %12s %15s %10s %7s %8s\n", "pair", "captures", "with windows", "with 3 or more", "windowed", "windows", "packets")
	fmt.Fprintf(w, "%-30s %8s %12s %15s %10s\n", "", "", "", "superflows", "superflows")
	for _, k := range append(order, "all") {
		n := counts[k]
		if n == nil {
			n = total
		}
		fmt.Fprintf(w, "%-30s %8d %12d %15d %10d %7d %8d\n", k, n.captures, n.windowed, n.three, n.superflows, n.windows, n.packets)
	}
	least := [4]int{1 << 30, 1 << 30, 1 << 30, 1 << 30}
	for _, l := range levels {
		for k := range l {
			least[k] = min(least[k], len(l[k]))
		}
	}
	fmt.Fprintf(w, "every pair is on at least %d hosts, %d days, %d access networks, in %d implementations\n", least[0], least[1], least[2], least[3])
	return nil
}

func (n *count) add(windows, superflows, packets int) {
	n.captures++
	n.windows += windows
	n.superflows += superflows
	n.packets += packets
	if windows > 0 {
		n.windowed++
	}
	if superflows >= 3 {
		n.three++
	}
}
