package io.bookserver.host;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the process begins: it looks at what the server cannot do without before any of it is there, since what fails
 * later fails by the stack trace of a library.
 *
 * <p><i>Immutable.</i>
 */
@QuarkusMain
public final class Main {
    /** Quarkus answers an address that is no URI by a 400 without a body, unless it is told that another looks at it. */
    private static final String NO_URI_VALIDATION = "vertx.disableURIValidation";

    /** Quarkus makes one, although nothing asks for it. */
    Main() {}

    public static void main(String... args) {
        Path folder = TemporaryFolder.configured();
        Optional<IOException> obstacle = TemporaryFolder.obstacle(folder);
        if (obstacle.isPresent()) {
            // nothing logs yet
            System.err.println("The server does not start: the temporary folder " + folder + " ("
                    + TemporaryFolder.PROPERTY + ") cannot be written to, by " + obstacle.get()
                    + ". Vert.x and the codecs snappy and zstd unpack files there.");
            System.exit(1);
        }
        // query.Gate does it
        System.setProperty(NO_URI_VALIDATION, "true");
        Quarkus.run(args);
    }
}
