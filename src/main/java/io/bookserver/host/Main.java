package io.bookserver.host;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The process's entry point. It checks the server's prerequisites before anything is started, since a later failure
 * would show only as the stack trace of a library.
 *
 * <p><i>Immutable.</i>
 */
@QuarkusMain
public final class Main {
    /** Quarkus answers an invalid URI with a 400 without a body, unless its own validation is disabled. */
    private static final String NO_URI_VALIDATION = "vertx.disableURIValidation";

    /** Quarkus creates an instance, although nothing needs it. */
    Main() {}

    public static void main(String... args) {
        Path folder = TemporaryFolder.configured();
        Optional<IOException> obstacle = TemporaryFolder.obstacle(folder);
        if (obstacle.isPresent()) {
            // logging is not available yet
            System.err.println("The server does not start: the temporary folder " + folder + " ("
                    + TemporaryFolder.PROPERTY + ") is not writable: " + obstacle.get()
                    + ". Vert.x and the codecs snappy and zstd unpack files there.");
            System.exit(1);
        }
        // query.Gate validates URIs instead
        System.setProperty(NO_URI_VALIDATION, "true");
        Quarkus.run(args);
    }
}
