package io.bookserver;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xerial.snappy.Snappy;

/**
 * Compares the native-image configuration for libraries (META-INF/native-image) with the libraries themselves. A later
 * version may rename a class, or access another member from C.
 */
class NativeLibrariesTest {
    private static final Path METADATA =
            Path.of("src/main/resources/META-INF/native-image/io.bookserver/orderbook-server");

    private static JsonNode metadata(String file) throws IOException {
        return new ObjectMapper().readTree(METADATA.resolve(file).toFile());
    }

    private static Class<?> found(String name) {
        try {
            return Class.forName(name, false, NativeLibrariesTest.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new AssertionError("no such class: " + name, e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"reflect-config.json", "jni-config.json"})
    void everyEntry_namesAClassAndMembersThatAreThere(String file) throws IOException {
        JsonNode entries = metadata(file);
        assertThat(entries).isNotEmpty();
        for (JsonNode entry : entries) {
            Class<?> type = found(entry.get("name").asText());
            for (JsonNode field : entry.path("fields")) {
                assertThat(type.getDeclaredFields()).as("fields of %s", type).extracting(Field::getName)
                        .contains(field.get("name").asText());
            }
            for (JsonNode method : entry.path("methods")) {
                Stream<String> members = Stream.<Executable>concat(
                                Stream.of(type.getDeclaredMethods()), Stream.of(type.getDeclaredConstructors()))
                        .map(member -> (member instanceof Method ? member.getName() : "<init>")
                                + parameters(member.getParameterTypes()));
                List<String> parameters = new ArrayList<>();
                method.get("parameterTypes").forEach(parameter -> parameters.add(parameter.asText()));
                assertThat(members).as("methods of %s", type).contains(method.get("name").asText() + parameters);
            }
        }
    }

    private static List<String> parameters(Class<?>[] types) {
        return Stream.of(types).map(Class::getName).toList();
    }

    /** C code accesses a member by its name, which is in the library between two zero bytes. */
    @Test
    void everyMemberThatCAsksFor_isRegistered() throws IOException {
        Map<String, Set<String>> asked = new TreeMap<>();
        asked.putAll(asked(ZstdInputStreamNoFinalizer.class, "linux/amd64/libzstd-jni-.*\\.so"));
        asked.putAll(asked(Snappy.class, "org/xerial/snappy/native/Linux/x86_64/libsnappyjava\\.so"));
        Map<String, Set<String>> registered = new TreeMap<>();
        for (JsonNode entry : metadata("jni-config.json")) {
            Set<String> members = new TreeSet<>();
            Stream.of("fields", "methods").forEach(kind ->
                    entry.path(kind).forEach(member -> members.add(member.get("name").asText())));
            registered.put(entry.get("name").asText(), members);
        }
        assertThat(registered).isEqualTo(asked);
    }

    /**
     * By class: which of its members' names are in the library, and whether its own name is, so that C creates objects
     * of it.
     */
    private static Map<String, Set<String>> asked(Class<?> ofTheJar, String libraryPath) throws IOException {
        Map<String, Set<String>> asked = new TreeMap<>();
        URL place = ofTheJar.getResource(ofTheJar.getSimpleName() + ".class");
        try (JarFile jar = ((JarURLConnection) place.openConnection()).getJarFile()) {
            List<JarEntry> entries = Collections.list(jar.entries());
            JarEntry library = entries.stream().filter(entry -> entry.getName().matches(libraryPath))
                    .findFirst().orElseThrow();
            String content;
            try (InputStream in = jar.getInputStream(library)) {
                content = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
            }
            String classes = ofTheJar.getPackageName().replace('.', '/') + "/\\w+(?<!BundleActivator)\\.class";
            for (JarEntry entry : entries) {
                if (entry.getName().matches(classes)) {
                    addAsked(found(entry.getName().replace(".class", "").replace('/', '.')), content, asked);
                }
            }
        }
        return asked;
    }

    private static void addAsked(Class<?> type, String library, Map<String, Set<String>> asked) {
        if (Stream.of(type.getDeclaredMethods()).anyMatch(method -> Modifier.isNative(method.getModifiers()))) {
            // inherited members are accessed through this class
            for (Class<?> each = type; each.getPackage().equals(type.getPackage()); each = each.getSuperclass()) {
                Stream.<Member>concat(Stream.of(each.getDeclaredFields()), Stream.of(each.getDeclaredMethods()))
                        .filter(member -> !Modifier.isNative(member.getModifiers()))
                        .filter(member -> library.contains("\0" + member.getName() + "\0"))
                        .forEach(member -> asked.computeIfAbsent(member.getDeclaringClass().getName(),
                                name -> new TreeSet<>()).add(member.getName()));
            }
        } else if (library.contains("\0" + type.getName().replace('.', '/') + "\0")) {
            asked.put(type.getName(), Set.of("<init>"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"amd64", "aarch64"})
    void zstdLibrary_isThereForEveryMachine_underTheNameThatTheBuildIncludes(String architecture) throws IOException {
        URL place = ZstdInputStreamNoFinalizer.class.getResource("ZstdInputStreamNoFinalizer.class");
        try (JarFile jar = ((JarURLConnection) place.openConnection()).getJarFile()) {
            Enumeration<JarEntry> entries = jar.entries();
            assertThat(Collections.list(entries)).extracting(JarEntry::getName)
                    .anyMatch(name -> name.matches("linux/" + architecture + "/libzstd-jni-[^/]*\\.so"));
        }
    }
}
