// A device plugin without devices: it tells the kubelet of as many as its arguments say, "gpu.example.com/card=1 …".
package main

import (
	"context"
	"fmt"
	"log"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	api "k8s.io/kubelet/pkg/apis/deviceplugin/v1beta1"
)

func main() {
	for _, argument := range os.Args[1:] {
		name, number, _ := strings.Cut(argument, "=")
		count, err := strconv.Atoi(number)
		if err != nil {
			log.Fatalf("%s: not a resource and its count", argument)
		}
		go (&resource{name: name, count: count}).keep()
	}
	select {}
}

// resource is served at a socket of its own, as the protocol has it.
type resource struct {
	api.UnimplementedDevicePluginServer
	name  string
	count int
}

func (r *resource) socket() string {
	return filepath.Join(api.DevicePluginPath, "lab-"+strings.ReplaceAll(r.name, "/", "-")+".sock")
}

// keep serves again whenever a kubelet that starts has removed every plugin's socket.
func (r *resource) keep() {
	for {
		server, err := r.serve()
		for err == nil {
			time.Sleep(200 * time.Millisecond)
			_, err = os.Stat(r.socket())
		}
		log.Printf("%s: %v", r.name, err)
		if server != nil {
			server.Stop()
		}
		time.Sleep(200 * time.Millisecond)
	}
}

func (r *resource) serve() (*grpc.Server, error) {
	os.Remove(r.socket())
	listener, err := net.Listen("unix", r.socket())
	if err != nil {
		return nil, err
	}
	server := grpc.NewServer()
	api.RegisterDevicePluginServer(server, r)
	go server.Serve(listener)
	return server, r.register()
}

func (r *resource) register() error {
	connection, err := grpc.NewClient("unix://"+api.KubeletSocket, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer connection.Close()
	soon, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_, err = api.NewRegistrationClient(connection).Register(soon, &api.RegisterRequest{
		Version: api.Version, Endpoint: filepath.Base(r.socket()), ResourceName: r.name,
	})
	return err
}

func (r *resource) ListAndWatch(_ *api.Empty, stream api.DevicePlugin_ListAndWatchServer) error {
	var devices []*api.Device
	for number := range r.count {
		devices = append(devices, &api.Device{ID: fmt.Sprint(number), Health: api.Healthy})
	}
	if err := stream.Send(&api.ListAndWatchResponse{Devices: devices}); err != nil {
		return err
	}
	<-stream.Context().Done()
	return nil
}

func (r *resource) Allocate(_ context.Context, request *api.AllocateRequest) (*api.AllocateResponse, error) {
	response := &api.AllocateResponse{}
	for range request.ContainerRequests {
		response.ContainerResponses = append(response.ContainerResponses, &api.ContainerAllocateResponse{})
	}
	return response, nil
}

func (r *resource) GetDevicePluginOptions(context.Context, *api.Empty) (*api.DevicePluginOptions, error) {
	return &api.DevicePluginOptions{}, nil
}

func (r *resource) GetPreferredAllocation(
	context.Context, *api.PreferredAllocationRequest,
) (*api.PreferredAllocationResponse, error) {
	return &api.PreferredAllocationResponse{}, nil
}

func (r *resource) PreStartContainer(
	context.Context, *api.PreStartContainerRequest,
) (*api.PreStartContainerResponse, error) {
	return &api.PreStartContainerResponse{}, nil
}
