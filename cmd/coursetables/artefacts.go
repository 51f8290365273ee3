package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"slices"

	"flowbook/data/course"
	"flowbook/flowlib/label"
	"flowbook/modellib/baseline"
)

// contaminants are columns that say nothing about a class unless the recorder
// leaked it, one value a capture.
var contaminants = []string{"TTL", "server address", "client port", "time of day", "day", "IP identification", "order of recording"}

const permutations = 19 // so that the smallest p is 0.05

// artefacts predicts type and VPN of a capture from each contaminant alone and
// from all, in four folds of hosts, and again with labels permuted over the
// captures of each host.
func artefacts(w io.Writer, o options) error {
	dir, err := o.captures()
	if err != nil {
		return err
	}
	all := course.Captures()
	x := make([][]float32, len(all))
	for i, c := range all {
		if x[i], err = contaminantsOf(filepath.Join(dir, c.File), c); err != nil {
			return err
		}
	}
	orderOfRecording(x)
	fmt.Fprintf(w, "forest on %d captures, macro F1; p from %d permutations of labels within hosts\n", len(all), permutations)
	fmt.Fprintf(w, "%-20s %22s %22s\n", "column", "type", "VPN")
	for k := range len(contaminants) + 1 {
		name, cols := "all together", x
		if k < len(contaminants) {
			name, cols = contaminants[k], columnOf(x, k)
		}
		fmt.Fprintf(w, "%-20s", name)
		for _, task := range []string{"type", "VPN"} {
			f1, best, p := permuted(cols, all, task)
			fmt.Fprintf(w, " %.3f ≤ %.3f, p %.2f ", f1, best, p)
		}
		fmt.Fprintln(w)
	}
	return nil
}

func columnOf(x [][]float32, k int) [][]float32 {
	c := make([][]float32, len(x))
	for i := range x {
		c[i] = x[i][k : k+1]
	}
	return c
}

// orderOfRecording replaces the last column by the rank of the start.
func orderOfRecording(x [][]float32) {
	at := make([]int, len(x))
	for i := range at {
		at[i] = i
	}
	last := len(contaminants) - 1
	slices.SortFunc(at, func(a, b int) int { return int(x[a][last]) - int(x[b][last]) })
	for rank, i := range at {
		x[i][last] = float32(rank)
	}
}

// permuted is the score of the true labels, the best of the permuted ones, and
// the share of labellings that score as well.
func permuted(x [][]float32, all []label.Capture, task string) (f1, best, p float64) {
	classes, y := captureLabels(all, task)
	f1 = cross(x, y, all, len(classes))
	r := rand.New(rand.NewPCG(5, 6))
	asGood := 1
	for range permutations {
		v := cross(x, shuffled(y, all, r), all, len(classes))
		best = max(best, v)
		if v >= f1 {
			asGood++
		}
	}
	return f1, best, float64(asGood) / (permutations + 1)
}

func captureLabels(all []label.Capture, task string) (classes []string, y []int32) {
	y = make([]int32, len(all))
	for i, c := range all {
		name := c.Type
		if task == "VPN" {
			name = fmt.Sprint(c.VPN)
		}
		k := slices.Index(classes, name)
		if k < 0 {
			k = len(classes)
			classes = append(classes, name)
		}
		y[i] = int32(k)
	}
	return classes, y
}

// shuffled permutes labels among the captures of each host.
func shuffled(y []int32, all []label.Capture, r *rand.Rand) []int32 {
	by := map[string][]int{}
	var hosts []string
	for i, c := range all {
		if by[c.Host] == nil {
			hosts = append(hosts, c.Host)
		}
		by[c.Host] = append(by[c.Host], i)
	}
	z := slices.Clone(y)
	for _, h := range hosts {
		r.Shuffle(len(by[h]), func(a, b int) {
			i, j := by[h][a], by[h][b]
			z[i], z[j] = z[j], z[i]
		})
	}
	return z
}

// cross is the macro F1 over four folds of hosts.
func cross(x [][]float32, y []int32, all []label.Capture, classes int) float64 {
	c := newConfusion(classes)
	for k := range 4 {
		var a, b [][]float32
		var ya, yb []int32
		for i := range x {
			if int(all[i].Host[5]-'0')%4 == k {
				b, yb = append(b, x[i]), append(yb, y[i])
			} else {
				a, ya = append(a, x[i]), append(ya, y[i])
			}
		}
		f := baseline.NewForest(a, ya, classes, baseline.ForestOptions{Trees: 40, Tree: baseline.TreeOptions{MinLeaf: 2}, Seed: 1})
		for i, p := range argmax(f.Predict(b)) {
			c[yb[i]][p]++
		}
	}
	return c.macroF1()
}

// contaminantsOf reads the columns from the first packets between the host and
// the server or gateway that it talks to most.
func contaminantsOf(file string, c label.Capture) ([]float32, error) {
	packets, err := firstPackets(file, 1000)
	if err != nil {
		return nil, err
	}
	type far struct {
		n         int
		addr      uint32
		ttl       byte
		port, id  uint16
		seen, out bool
	}
	fars := map[uint32]*far{}
	var most *far
	for _, p := range packets {
		ip := p.data[14:]
		if len(ip) < 24 || ip[0] != 0x45 || ip[9] != 6 && ip[9] != 17 {
			continue
		}
		out := ip[12] == 192 && ip[13] == 168
		at, port := ip[16:20], ip[20:]
		if !out {
			at, port = ip[12:16], ip[22:]
		}
		addr := binary.BigEndian.Uint32(at)
		if at[0] != 198 || addr == 198<<24|18<<16|53 {
			continue
		}
		f := fars[addr]
		if f == nil {
			f = &far{addr: addr, port: binary.BigEndian.Uint16(port)}
			fars[addr] = f
		}
		f.n++
		if out && !f.out {
			f.out, f.id = true, binary.BigEndian.Uint16(ip[4:])
		}
		if !out && !f.seen {
			f.seen, f.ttl = true, ip[8]
		}
		if most == nil || f.n > most.n {
			most = f
		}
	}
	if most == nil || len(packets) == 0 {
		return nil, fmt.Errorf("%s: no packets between the host and a server", file)
	}
	start := packets[0].time / 1e6
	return []float32{float32(most.ttl), float32(most.addr & 0x1ffff), float32(most.port), float32(start % 86400), float32(start / 86400 % 1000), float32(most.id), float32(start % 10_000_000)}, nil
}
