package io.bookserver.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The temporary folder of the JVM or the executable. */
final class TemporaryFolder {
    static final String PROPERTY = "java.io.tmpdir";

    private TemporaryFolder() {}

    static Path configured() {
        return Path.of(System.getProperty(PROPERTY));
    }

    /** Why no file can be created in the folder; empty if one can. A missing folder is created. */
    static Optional<IOException> obstacle(Path folder) {
        try {
            Files.createDirectories(folder);
            Files.delete(Files.createTempFile(folder, "orderbook-", ".probe"));
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(e);
        }
    }
}
