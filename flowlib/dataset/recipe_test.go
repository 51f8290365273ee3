package dataset

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestPresets(t *testing.T) {
	for name, r := range map[string]Recipe{"published": Published(), "figures": Figures(), "recommended": Recommended()} {
		if err := r.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var back Recipe
		if err := json.Unmarshal(text, &back); err != nil || back != r {
			t.Errorf("%s came back as %+v, %v", name, back, err)
		}
	}
	if p, f := Published(), Figures(); p.Dialect != "cic2018" || !p.VPN || f.Dialect != "clean" || !f.Idle || p.Idle {
		t.Errorf("published %+v, figures %+v", p, f)
	}
}

// Every field goes to disk.
func TestRecipeKeepsEveryField(t *testing.T) {
	r := Recommended()
	v := reflect.ValueOf(&r).Elem()
	for i := range v.NumField() {
		switch f := v.Field(i); f.Kind() {
		case reflect.String:
			f.SetString(fmt.Sprint("field ", i))
		case reflect.Bool:
			f.SetBool(true)
		default:
			f.SetInt(int64(i+1) * int64(time.Millisecond))
		}
	}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var back Recipe
	if err := json.Unmarshal(text, &back); err != nil || back != r {
		t.Errorf("%+v came back as %+v, %v", r, back, err)
	}
}

func TestRecipeCheck(t *testing.T) {
	for want, change := range map[string]func(*Recipe){
		`sequence is "flow", known are ["miniflows" "flows"]`: func(r *Recipe) { r.Sequence = "flow" },
		`link is "near"`:                      func(r *Recipe) { r.Link = "near" },
		`features is "all"`:                   func(r *Recipe) { r.Features = "all" },
		`infinities is "zero"`:                func(r *Recipe) { r.Infinities = "zero" },
		`labels is empty`:                     func(r *Recipe) { r.Labels = "" },
		`min-duration is -1s`:                 func(r *Recipe) { r.MinDuration = -time.Second },
		`miniflow timeout is 2m0s`:            func(r *Recipe) { r.Miniflow = r.Superflow },
		`window length is 0`:                  func(r *Recipe) { r.Window = 0 },
		`stride is 0`:                         func(r *Recipe) { r.Stride = 0 },
		`padding is "ten", known are none`:    func(r *Recipe) { r.Padding = "ten" },
		`min-length is 21, expected 0 to`:     func(r *Recipe) { r.MinLength = 21 },
		`dialect is "v3"`:                     func(r *Recipe) { r.Dialect = "v3" },
		`flow timeout is 0s`:                  func(r *Recipe) { r.Superflow, r.Sequence = 0, "flows" },
		`dialect cic2018 has no idle timeout`: func(r *Recipe) { r.Dialect, r.Idle = "cic2018", true },
	} {
		r := Recommended()
		change(&r)
		if err := r.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, expected %q", err, want)
		}
	}
}

func ExampleRecommended() {
	r := Recommended()
	text, _ := json.MarshalIndent(r, "", " ")
	fmt.Println(string(text))
	// Output:
	// {
	//  "dialect": "clean",
	//  "superflow": "120s",
	//  "miniflow": "3s",
	//  "activity-timeout": "5s",
	//  "idle": false,
	//  "sequence": "miniflows",
	//  "link": "lineage",
	//  "window": 20,
	//  "stride": 1,
	//  "min-length": 0,
	//  "padding": "none",
	//  "min-duration": "0s",
	//  "background": true,
	//  "protocol-0": false,
	//  "features": "auto",
	//  "contaminating": false,
	//  "vpn": false,
	//  "infinities": "leave-out",
	//  "labels": "auto"
	// }
}
