package io.bookserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookserver.testkit.PackagedBroker;
import io.bookserver.testkit.PackagedServer;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * What works in a JVM and fails in an executable comes from libraries: C code, services and reflection. Every library
 * of the package that has any of these is in {@code native-reviewed.txt}, with each kind of it and the reason why it
 * works in an executable.
 */
@QuarkusIntegrationTest
@Tag("packaged")
@WithTestResource(PackagedBroker.class)
class PackagedDependenciesIT {
    private static final Path REVIEWED = Path.of("src/test/resources/native-reviewed.txt");
    private static final Set<String> BY_NAME = Set.of("java/lang/Class.forName", "java/lang/ClassLoader.loadClass",
            "java/util/ServiceLoader.load", "java/lang/reflect/Proxy.newProxyInstance",
            "java/lang/reflect/Constructor.newInstance", "java/lang/reflect/Method.invoke",
            "java/lang/Class.getResource", "java/lang/Class.getResourceAsStream", "java/lang/ClassLoader.getResource",
            "java/lang/ClassLoader.getResourceAsStream", "java/lang/ClassLoader.getResources");

    @Test
    void everyLibraryThatAnExecutableMayGetWrong_isReviewed() throws IOException {
        Map<String, Set<String>> found = new TreeMap<>();
        for (Path jar : libraries()) {
            Set<String> kinds = kinds(jar);
            if (!kinds.isEmpty()) {
                found.put(name(jar), kinds);
            }
        }
        assertThat(found).as("libraries of %s", PackagedServer.artifact()).containsKey("com.github.luben.zstd-jni");
        Map<String, Set<String>> reviewed = reviewed();
        Map<String, Set<String>> missing = new TreeMap<>();
        found.forEach((library, kinds) -> {
            Set<String> rest = new TreeSet<>(kinds);
            rest.removeAll(reviewed.getOrDefault(library, Set.of()));
            if (!rest.isEmpty()) {
                missing.put(library, rest);
            }
        });
        assertThat(missing).as("not in %s: look at what the library does by these means, run the Packaged*IT against an"
                + " executable, then add it with the reason", REVIEWED).isEmpty();
    }

    @Test
    void everyGroupOfTheList_hasAReason_andNoLibraryStandsTwice() throws IOException {
        List<String> lines = Files.readAllLines(REVIEWED);
        assertThat(lines.get(0)).startsWith("# ");
        for (int i = 1; i < lines.size(); i++) {
            if (lines.get(i).isBlank()) {
                assertThat(lines.get(i + 1)).as("line %d", i + 2).startsWith("# ");
            }
        }
        List<String> names = lines.stream().filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(line -> line.split(" ")[0]).toList();
        assertThat(names).doesNotHaveDuplicates();
    }

    private static Map<String, Set<String>> reviewed() throws IOException {
        Map<String, Set<String>> reviewed = new TreeMap<>();
        for (String line : Files.readAllLines(REVIEWED)) {
            if (!line.isBlank() && !line.startsWith("#")) {
                String[] words = line.split(" +");
                reviewed.put(words[0], Set.copyOf(List.of(words).subList(1, words.length)));
            }
        }
        return reviewed;
    }

    /** The libraries of the jar, or those from which the executable was built. */
    private static List<Path> libraries() throws IOException {
        Path besides = PackagedServer.artifact().getParent();
        try (Stream<Path> all = Files.walk(besides, 4)) {
            String folder = PackagedServer.isExecutable() ? "-native-image-source-jar/lib/" : "quarkus-app/lib/";
            return all.filter(path -> path.toString().contains(folder) && path.toString().endsWith(".jar"))
                    .sorted().toList();
        }
    }

    private static String name(Path jar) {
        return jar.getFileName().toString().replaceFirst("^modified-", "").replaceFirst("-\\d.*\\.jar$", "");
    }

    private static Set<String> kinds(Path jar) throws IOException {
        Set<String> kinds = new TreeSet<>();
        try (JarFile file = new JarFile(jar.toFile())) {
            Enumeration<JarEntry> entries = file.entries();
            for (JarEntry entry : Collections.list(entries)) {
                String name = entry.getName();
                if (name.matches("(?i).*\\.(so|dll|dylib|jnilib)")) {
                    kinds.add("library");
                } else if (name.matches("META-INF/services/.+")) {
                    kinds.add("services");
                } else if (name.endsWith(".class") && !name.endsWith("module-info.class")) {
                    try (InputStream in = file.getInputStream(entry)) {
                        new ClassReader(in).accept(new Finder(kinds), ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
                    }
                }
            }
        }
        return kinds;
    }

    /** Adds a class's native methods and its look-ups by name. */
    private static final class Finder extends ClassVisitor {
        private final Set<String> kinds;

        private Finder(Set<String> kinds) {
            super(Opcodes.ASM9);
            this.kinds = kinds;
        }

        @Override
        public MethodVisitor visitMethod(int access, String method, String descriptor, String signature,
                String[] exceptions) {
            if ((access & Opcodes.ACC_NATIVE) != 0) {
                kinds.add("jni");
            }
            return new MethodVisitor(Opcodes.ASM9) {
                @Override
                public void visitMethodInsn(int opcode, String owner, String name, String descriptor,
                        boolean isInterface) {
                    if (BY_NAME.contains(owner + "." + name)) {
                        kinds.add("by-name");
                    }
                }
            };
        }
    }
}
