package dataset

import (
	"slices"
	"strings"
	"testing"
	"time"

	"flowbook/internal/testdata"

	"github.com/google/go-cmp/cmp"
)

// iscxRecipe is for the real tables, which hold flows of 120 s.
func iscxRecipe(window int, least time.Duration) Recipe {
	r := Recommended()
	r.Sequence, r.Window, r.MinDuration = "flows", window, least
	return r
}

// What the 146 real tables give, in numbers that their README and the
// reference scores name: 61,682 rows of 137 labelled captures, 8,803 of them of
// at least 60 s, 4,173 windows of 5.
func TestISCX(t *testing.T) {
	in := testdata.Shared(t, "iscx-flows-120s")
	tor := strings.Fields("torFacebook torGoogle torTwitter torVimeo1 torVimeo2 torVimeo3 torYoutube1 torYoutube2 torYoutube3")
	for _, c := range []struct {
		name          string
		recipe        Recipe
		rows, windows int
		sessions      int
		leftOut       map[string]int
		notEstimable  string
		vanished      string
	}{
		{
			"single flows", iscxRecipe(1, 0), 61682, 61682, 107,
			map[string]int{leftProtocol0: 996, leftNaN: 5, leftInfinite: 4},
			"type p2p, app bittorrent, app ftps, app ftps_down, app ftps_up, app scp, app sftp_up", "",
		},
		{
			"single flows of 60 s", iscxRecipe(1, 60*time.Second), 8803, 8803, 92,
			map[string]int{leftProtocol0: 996, leftShort: 52888},
			"type p2p, app bittorrent, app ftps, app ftps_down, app ftps_up, app scp, app sftp_up", "app scp_down, app scp_up",
		},
		{
			"windows of 5", iscxRecipe(5, 0), 61682, 4173, 52,
			map[string]int{leftProtocol0: 996, leftNaN: 5, leftInfinite: 4},
			"type p2p, app aim, app bittorrent, app ftps_down, app icq, app netflix, app scp, app voipbuster",
			"app ftps, app ftps_up, app scp_down, app scp_up, app sftp, app sftp_down, app sftp_up",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := Build(t.TempDir(), c.recipe, in)
			if err != nil {
				t.Fatal(err)
			}
			m := &s.Manifest
			if m.Rows != c.rows || len(s.Windows) != c.windows || len(m.Inputs) != 146 || m.Unit != "session" || len(s.Types) != 7 {
				t.Errorf("%d rows, %d windows, %d inputs, unit %s, types %v", m.Rows, len(s.Windows), len(m.Inputs), m.Unit, s.Types)
			}
			if n := s.distinct("session", s.all()); n != c.sessions {
				t.Errorf("%d sessions, want %d", n, c.sessions)
			}
			if d := cmp.Diff(c.leftOut, m.LeftOut); d != "" {
				t.Errorf("left out:\n%s", d)
			}
			if d := cmp.Diff(tor, m.Unmatched); d != "" {
				t.Errorf("unmatched:\n%s", d)
			}
			if got := strings.Join(m.Vanished, ", "); got != c.vanished {
				t.Errorf("vanished %s", got)
			}
			checkNoIdle(t, s)
			split, err := s.Split(SplitSpec{Seed: 42})
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(split.NotEstimable, ", "); got != c.notEstimable {
				t.Errorf("not estimable: %s", got)
			}
			r := Audit(s, split)
			if r.Test.SharingRows != 0 || r.Validation.SharingRows != 0 || r.Test.Groups["session"] != 0 || r.Test.Groups["superflow"] != 0 {
				t.Errorf("the split by session leaks: %+v", r.Test)
			}
			if got := strings.Join(r.Constant, ", "); got != "Active Mean, Active Std, Active Max, Active Min" {
				t.Errorf("constant columns: %s", got)
			}
		})
	}
}

// checkNoIdle: the Idle columns hold moments here, so they are no inputs.
func checkNoIdle(t *testing.T, s *Set) {
	t.Helper()
	if len(s.Features) != 19 || len(s.Manifest.Notes) != 1 {
		t.Errorf("%d features, notes %q", len(s.Features), s.Manifest.Notes)
	}
	for _, f := range s.Features {
		if strings.HasPrefix(f, "Idle") || f == vpnColumn {
			t.Errorf("%s is an input", f)
		}
	}
}

// A random split of overlapping windows leaks, and the audit says so.
func TestAuditOfPublishedSplitOnISCX(t *testing.T) {
	s, err := Build(t.TempDir(), iscxRecipe(5, 0), testdata.Shared(t, "iscx-flows-120s"))
	if err != nil {
		t.Fatal(err)
	}
	split, err := s.Split(SplitSpec{Kind: "published", Seed: 42})
	if err != nil {
		t.Fatal(err)
	}
	r := Audit(s, split)
	if r.Test.Windows != 626 || r.Test.SharingRows != 557 || r.Test.Twins != 489 {
		t.Errorf("%+v", r.Test)
	}
	for name, want := range map[string]string{
		"Idle holds moments": "18580 of 62882 rows", "Active is 0 everywhere": "all 62882 rows", "neither dialect": "neither cic2018 nor cic2021",
		"rows of protocol 0": "1016 rows", "captures of one session": "aim_chat_3 (aim_chat_3a, aim_chat_3b)",
		"windows that overlap on both sides": "557 of 626",
	} {
		if !slices.ContainsFunc(r.Smells, func(s Smell) bool { return s.Name == name && strings.Contains(s.Found, want) }) {
			t.Errorf("%s is not found with %q in %+v", name, want, r.Smells)
		}
	}
	for _, want := range []string{"test windows that share rows with train: 557 of 626", "type voip", "constant columns: 4 of 19", "not a number"} {
		if !strings.Contains(r.String(), want) {
			t.Errorf("the report does not say %q:\n%s", want, r)
		}
	}
}
