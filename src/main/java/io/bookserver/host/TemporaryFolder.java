package io.bookserver.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The folder that the JVM, or the executable, has for temporary files. */
final class TemporaryFolder {
    static final String PROPERTY = "java.io.tmpdir";

    private TemporaryFolder() {}

    static Path configured() {
        return Path.of(System.getProperty(PROPERTY));
    }

    /** Why no file can be made there, or nothing if one can; a folder that is not there is made. */
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
