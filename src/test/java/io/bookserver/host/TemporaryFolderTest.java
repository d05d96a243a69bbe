package io.bookserver.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemporaryFolderTest {
    @TempDir
    Path folder;

    @Test
    void folderThatCanBeWritten_isNoObstacle_andStaysEmpty() {
        Path absent = folder.resolve("absent");
        assertThat(TemporaryFolder.obstacle(absent)).isEmpty();
        assertThat(absent).isEmptyDirectory();
    }

    @Test
    void folderBelowAFile_isAnObstacle() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertThat(TemporaryFolder.obstacle(file)).isPresent();
        assertThat(TemporaryFolder.obstacle(file.resolve("folder"))).isPresent();
    }
}
