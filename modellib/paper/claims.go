package paper

import (
	"fmt"
	"math"

	"flowbook/modellib/evaluate"
)

// What the paper prints. Nothing here is computed from data of ours.
var (
	// table3 is the accuracy of Table 3.
	table3 = map[string]float64{
		GRU + " type": .948, GRU + " app": .940, CNN + " type": .954, CNN + " app": .961, Single + " type": .953, Single + " app": .949,
	}
	// contingency are Tables 5 to 8: both right, only A, only B, neither.
	contingency = []struct {
		table, of            string
		both, onlyA, onlyB   int
		neither              int
		p                    float64 // as the text gives it
		below, decidedBetter bool    // what the text says of p against 0.05, and what it concludes
	}{
		{"5", "CNN MT against GRU MT, type", 1506, 55, 46, 30, .4262, true, false},
		{"6", "CNN MT against GRU MT, application", 1511, 62, 28, 36, .0004, true, true},
		{"7", "CNN MT against CNN ST, type", 1539, 22, 21, 55, 1, false, false},
		{"8", "CNN MT against CNN ST, application", 1536, 37, 19, 45, .0222, false, true},
	}
)

// The numbers of the paper that more than one claim needs.
const (
	paperWindows = 10908 // section 3.2
	paperTest    = 1637  // windows of Tables 5 to 8
)

// Claim is a statement about the paper's own numbers.
type Claim struct {
	Where string // section or table
	Says  string
	Found string // what its numbers give
	Holds bool
}

// Claims checks what can be checked of the paper from its own text and tables.
func Claims() []Claim {
	claims := []Claim{typeF1()}
	for _, t := range contingency {
		p := evaluate.McNemar(t.onlyA, t.onlyB)
		claims = append(claims, Claim{
			Where: "Table " + t.table + ", section 4", Says: fmt.Sprintf("%s: p = %.4g", t.of, t.p),
			Found: fmt.Sprintf("exact McNemar of %d and %d: p = %.4f", t.onlyA, t.onlyB, p), Holds: math.Abs(p-t.p) < 5e-5,
		})
		if t.below != (p < evaluate.Alpha) {
			word := map[bool]string{true: "lower", false: "higher"}
			claims = append(claims, Claim{
				Where: "section 4, on Table " + t.table, Says: fmt.Sprintf("p = %.4f is %s than alpha = 0.05", t.p, word[t.below]),
				Found: fmt.Sprintf("it is %s; the conclusion drawn (%s) is that of the right sentence", word[!t.below], concluded(t.decidedBetter)),
			})
		}
	}
	return append(claims, marginals()...)
}

func concluded(better bool) string {
	if better {
		return "significantly better"
	}
	return "no significant difference"
}

// typeF1: an F1 between its equal precision and recall.
func typeF1() Claim {
	const precision, recall = .954, .954
	f1 := 2 * precision * recall / (precision + recall)
	return Claim{Where: "Table 3, CNN MT, type; abstract", Says: "precision 0.954, recall 0.954, F1 0.957",
		Found: fmt.Sprintf("their harmonic mean is %.3f", f1), Holds: math.Abs(f1-.957) < 5e-4}
}

// marginals: accuracies that the contingency tables imply.
func marginals() []Claim {
	var claims []Claim
	for _, c := range []struct {
		where, model string
		right        int
		printed      float64
	}{
		{"Table 5 and Table 3", "CNN MT, type", contingency[0].both + contingency[0].onlyA, .954},
		{"Table 5 and Table 3", "GRU MT, type", contingency[0].both + contingency[0].onlyB, .948},
		{"Table 6 and Table 3", "CNN MT, application", contingency[1].both + contingency[1].onlyA, .961},
		{"Table 6 and Table 3", "GRU MT, application", contingency[1].both + contingency[1].onlyB, .940},
		{"Table 7 and Table 3", "CNN ST, type", contingency[2].both + contingency[2].onlyB, .953},
		{"Table 8 and Table 3", "CNN ST, application", contingency[3].both + contingency[3].onlyB, .949},
	} {
		share := float64(c.right) / paperTest
		claims = append(claims, Claim{Where: c.where, Says: fmt.Sprintf("%s: accuracy %.3f", c.model, c.printed),
			Found: fmt.Sprintf("%d of %d right is %.4f", c.right, paperTest, share), Holds: math.Abs(share-c.printed) <= 5e-4})
	}
	least := (paperWindows + mostWindows - 1) / mostWindows
	return append(claims, Claim{Where: "section 3.2", Says: fmt.Sprintf("%d sequences, split at random", paperWindows),
		Found: fmt.Sprintf("a superflow of 120 s gives at most %d windows of 20 in 40 miniflows of 3 s, so they may be of as few as %d superflows, whose windows share 19 of 20 miniflows across the split", mostWindows, least)})
}

// mostWindows is 120 s / 3 s − 20 + 1.
const mostWindows = 120/3 - 20 + 1

// ClaimTable is the claims as a table.
func ClaimTable() *evaluate.Table {
	t := &evaluate.Table{
		Caption: "The paper's own numbers, computed again from its own tables.",
		Header:  []string{"Where", "The paper says", "Its numbers give", "Holds"},
	}
	for _, c := range Claims() {
		holds := "no"
		if c.Holds {
			holds = "yes"
		}
		t.Rows = append(t.Rows, []string{c.Where, c.Says, c.Found, holds})
	}
	return t
}
