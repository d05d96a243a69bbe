package io.bookserver.chaos.world;

import io.bookserver.devbroker.EmbeddedBroker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** A broker as a process of its own, until its standard input ends. */
final class BrokerMain {
    private BrokerMain() {
    }

    /** @param args folder, port for everyone, port and told port of the server, the same of the connector, controller's port */
    public static void main(String[] args) throws IOException {
        String host = "127.0.0.1:";
        EmbeddedBroker.start(Path.of(args[0]), Integer.parseInt(args[1]), Map.of(
                // what is too old goes within a fault's time
                "log.retention.check.interval.ms", "500",
                "listeners", "PLAINTEXT://" + host + args[1] + ",SERVER://" + host + args[2] + ",CONNECTOR://" + host + args[4]
                        + ",CONTROLLER://" + host + args[6],
                "advertised.listeners", "PLAINTEXT://" + host + args[1] + ",SERVER://" + host + args[3] + ",CONNECTOR://" + host
                        + args[5],
                "controller.quorum.voters", "1@" + host + args[6],
                "listener.security.protocol.map",
                "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SERVER:PLAINTEXT,CONNECTOR:PLAINTEXT"));
        System.out.println("broker started");
        while (System.in.read() >= 0) {
            // lives as long as whoever started it
        }
        Runtime.getRuntime().halt(0);
    }
}
