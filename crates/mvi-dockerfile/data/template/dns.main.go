// Asks a name server for health.local and ends with 0 when it answers: healthcheck HOST:PORT.
package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"time"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "use: healthcheck HOST:PORT")
		os.Exit(2)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	resolver := &net.Resolver{
		PreferGo: true,
		Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, os.Args[1])
		},
	}
	if _, err := resolver.LookupIP(ctx, "ip4", "health.local."); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
