package course_test

import (
	"fmt"
	"os"
	"path/filepath"

	"flowbook/data/course"
)

func ExampleCaptures() {
	pairs := map[string]int{}
	for _, c := range course.Captures() {
		pairs[c.Type+"/"+c.App]++
	}
	fmt.Println(len(pairs), "pairs,", pairs["voip/skype"], "recordings of voip/skype")
	// Output: 26 pairs, 24 recordings of voip/skype
}

func ExampleUnpack() {
	dir, err := os.MkdirTemp("", "course")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	if err := course.Unpack(dir, true); err != nil {
		fmt.Println(err)
		return
	}
	files, err := filepath.Glob(filepath.Join(dir, "host03_*"))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range files {
		fmt.Println(filepath.Base(f))
	}
	// Output:
	// host03_chat_skype.pcap.gz
	// host03_email_mail.pcap.gz
	// host03_voip_hangouts.pcap.gz
	// host03_voip_skype_vpn.pcap.gz
}
