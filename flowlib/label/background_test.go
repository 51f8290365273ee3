package label

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestBackground(t *testing.T) {
	for _, c := range []struct {
		proto    uint8
		src, dst uint16
		want     string
	}{
		{17, 50000, 53, "DNS"}, {17, 53, 50000, "DNS"}, {6, 50000, 53, "DNS"}, {17, 5353, 5353, "mDNS"}, {17, 123, 123, "NTP"},
		{17, 17500, 17500, "LAN sync"}, {6, 50000, 443, ""}, {6, 50000, 123, ""}, {0, 53, 53, ""},
	} {
		if got := Background(c.proto, c.src, c.dst); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
	for _, bad := range []string{"53,DNS", "x,tcp,DNS", "70000,tcp,DNS", "53,sctp,DNS", "53,tcp,"} {
		if _, err := parseServices(bad); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
}

func TestDependenceMeasures(t *testing.T) {
	one := Counts{{"a", "x"}: 5, {"b", "y"}: 5} // one says the other
	if mi, v, h := one.MutualInformation(), one.CramersV(), one.Entropy(); math.Abs(mi-1) > 1e-12 || math.Abs(v-1) > 1e-12 || math.Abs(h-1) > 1e-12 {
		t.Errorf("mutual information %v, V %v, entropy %v", mi, v, h)
	}
	// By hand: χ² = 8·(¼+¼)/… of the table 3 1 / 1 3: V = ½, MI = 1 − H(¾).
	half := Counts{{"a", "x"}: 3, {"a", "y"}: 1, {"b", "x"}: 1, {"b", "y"}: 3}
	if mi, v := half.MutualInformation(), half.CramersV(); math.Abs(v-0.5) > 1e-12 || math.Abs(mi-0.18872187554086717) > 1e-12 {
		t.Errorf("mutual information %v, V %v", mi, v)
	}
	if v := (Counts{{"a", "x"}: 3}).CramersV(); v != 0 {
		t.Errorf("V of one class %v", v)
	}
	rapid.Check(t, func(t *rapid.T) {
		c, product := Counts{}, Counts{}
		for _, typ := range []string{"a", "b", "c"} {
			n := rapid.IntRange(1, 9).Draw(t, "type")
			for i, app := range []string{"x", "y"} {
				c[Pair{typ, app}] = rapid.IntRange(0, 20).Draw(t, "n")
				product[Pair{typ, app}] = n * (i + 2)
			}
		}
		if mi, v := product.MutualInformation(), product.CramersV(); mi > 1e-12 || v > 1e-7 {
			t.Fatalf("independent tasks: mutual information %v, V %v", mi, v)
		}
		if mi := c.MutualInformation(); mi > c.Entropy()+1e-12 || c.CramersV() > 1 {
			t.Fatalf("mutual information %v of entropy %v, V %v", mi, c.Entropy(), c.CramersV())
		}
	})
}
