package label

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"sync"
)

//go:embed background.csv
var backgroundCSV string

// service is a port of a transport protocol (6 or 17).
type service struct {
	port  uint16
	proto uint8
}

// services are the lines of background.csv. It is part of the program, so that
// an error in it is a programmer's.
var services = sync.OnceValue(func() map[service]string {
	all, err := parseServices(backgroundCSV)
	if err != nil {
		panic("label: background.csv: " + err.Error())
	}
	return all
})

func parseServices(text string) (map[service]string, error) {
	all := map[service]string{}
	for n, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(line, ",")
		if len(f) != 3 || f[2] == "" {
			return nil, fmt.Errorf("line %d: found %q, expected port,protocol,name", n+1, line)
		}
		port, err := strconv.ParseUint(f[0], 10, 16)
		protocols := map[string][]uint8{"tcp": {6}, "udp": {17}, "both": {6, 17}}[f[1]]
		if err != nil || protocols == nil {
			return nil, fmt.Errorf("line %d: found %q, expected a port and tcp, udp or both", n+1, line)
		}
		for _, p := range protocols {
			all[service{uint16(port), p}] = f[2]
		}
	}
	return all, nil
}

// Background names the service of a flow that every machine runs beside the
// application, such as DNS or NTP, by the ports of background.csv; "" for a
// flow that may be the application's. ARP has no flow: the accounts of the
// packets count it.
func Background(proto uint8, srcPort, dstPort uint16) string {
	if name := services()[service{dstPort, proto}]; name != "" {
		return name
	}
	return services()[service{srcPort, proto}]
}

// encrypted are ports whose protocols are encrypted from the first byte on.
var encrypted = map[service]bool{
	{22, 6}: true, {443, 6}: true, {443, 17}: true, {465, 6}: true, {563, 6}: true, {636, 6}: true, {853, 6}: true, {989, 6}: true, {990, 6}: true,
	{993, 6}: true, {995, 6}: true, {5061, 6}: true, {5223, 6}: true, {8443, 6}: true, {500, 17}: true, {4500, 17}: true, {1194, 17}: true, {1194, 6}: true, {51820, 17}: true,
}

// Encrypted reports whether a flow uses a port whose protocol is encrypted,
// such as 443 and 22. STARTTLS and protocols on ports of their own are not seen.
func Encrypted(proto uint8, srcPort, dstPort uint16) bool {
	return encrypted[service{dstPort, proto}] || encrypted[service{srcPort, proto}]
}
