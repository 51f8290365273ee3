package meter

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func ExampleRecipe() {
	b, _ := json.Marshal(Recipe{Dialect: "clean", Timeouts: []time.Duration{120 * time.Second, 3 * time.Second}, Activity: 500 * time.Millisecond})
	fmt.Println(string(b))
	// Output:
	// {"dialect":"clean","timeouts":["120s","3s"],"activity":"500ms"}
}

func ExampleAccounting() {
	fmt.Println(Accounting{
		Timeout: 120 * time.Second, Packets: 70, InFlows: 54, Flows: 26,
		NotInFlows: map[string]int64{"not_ip": 12, "fragment": 4},
	})
	// Output:
	// timeout 120s: 70 packets = 54 in 26 flows + 4 fragment + 12 not_ip
}

func TestRecipeJSON(t *testing.T) {
	for _, r := range []Recipe{
		{Dialect: "cic2018", Timeouts: []time.Duration{time.Hour, 1500 * time.Millisecond}, Activity: time.Second},
		{Dialect: "clean", Timeouts: []time.Duration{time.Second}, Activity: time.Second, Idle: true},
	} {
		b, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var back Recipe
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(r, back); d != "" {
			t.Errorf("%s: %s", b, d)
		}
	}
	var r Recipe
	if err := json.Unmarshal([]byte(`{"timeouts":["soon"]}`), &r); err == nil {
		t.Error("a timeout of \"soon\" was taken")
	}
}

func TestRecipeCheck(t *testing.T) {
	good := Recipe{Dialect: "clean", Timeouts: []time.Duration{time.Second}, Activity: time.Second}
	if err := good.Check(); err != nil {
		t.Error(err)
	}
	for want, change := range map[string]func(*Recipe){
		`"cic2019"`:          func(r *Recipe) { r.Dialect = "cic2019" },
		"no flow timeout":    func(r *Recipe) { r.Timeouts = nil },
		"flow timeout is 0s": func(r *Recipe) { r.Timeouts = []time.Duration{0} },
		"activity timeout":   func(r *Recipe) { r.Activity = -1 },
		"no idle timeout":    func(r *Recipe) { r.Dialect, r.Idle = "cic2018", true },
	} {
		r := good
		change(&r)
		if err := r.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want something with %q", err, want)
		}
	}
}

func TestAccountingJSON(t *testing.T) {
	a := Accounting{Timeout: 3 * time.Second, Packets: 10, InFlows: 7, NotInFlows: map[string]int64{"short": 3}, Flows: 2, Straddling: 1, Backwards: 4}
	b, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	var back Accounting
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(a, back); d != "" {
		t.Errorf("%s: %s", b, d)
	}
}

func TestAccountingAdd(t *testing.T) {
	a := Accounting{Timeout: time.Second, Packets: 3, InFlows: 2, NotInFlows: map[string]int64{"short": 1}, Flows: 1}
	sum := Accounting{Timeout: time.Second}
	sum.Add(a)
	sum.Add(a)
	if err := sum.Check(); err != nil || sum.Packets != 6 || sum.NotInFlows["short"] != 2 || sum.Flows != 2 {
		t.Errorf("%v, %v", sum, err)
	}
	sum.InFlows--
	if sum.Check() == nil {
		t.Error("a packet is missing and Check is content")
	}
}
