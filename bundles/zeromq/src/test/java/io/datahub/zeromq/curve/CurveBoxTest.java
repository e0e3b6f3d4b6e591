package io.datahub.zeromq.curve;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.bouncycastle.crypto.engines.XSalsa20Engine;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithIV;
import org.junit.jupiter.api.Test;

/** Tests against the vectors of D. J. Bernstein's "Cryptography in NaCl" and of RFC 8439, and against BouncyCastle. */
class CurveBoxTest {

    private static final byte[] ALICE_SECRET = hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
    private static final byte[] ALICE_PUBLIC = hex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
    private static final byte[] BOB_SECRET = hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
    private static final byte[] BOB_PUBLIC = hex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
    private static final byte[] FIRST_KEY = hex("1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389");
    private static final byte[] SECOND_KEY = hex("dc908dda0b9344a953629b733820778880f3ceb421bb61b91cbd4c3e66256ce4");
    private static final byte[] NONCE_PREFIX = hex("69696ee955b62b73cd62bda875fc73d6");
    private static final long NONCE_REST = 0x8219e0036b7a0b37L;
    private static final byte[] MESSAGE = hex("be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffc"
            + "e5ecbaaf33bd751a1ac728d45e6c61296cdc3c01233561f41db66cce314adb310e3be8250c46f06dceea3a7fa1348057"
            + "e2f6556ad6b1318a024a838f21af1fde048977eb48f59ffd4924ca1c60902e52f0a089bc76897040e082f93776384864"
            + "5e0705");
    private static final byte[] SEALED = hex("f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce"
            + "48332ea7164d96a4476fb8c531a1186ac0dfc17c98dce87b4da7f011ec48c97271d2c20f9b928fe2270d6fb863d51738"
            + "b48eeee314a7cc8ab932164548e526ae90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de56244a9e88d5f9b3"
            + "7973f622a43d14a6599b1f654cb45a74e355a5");

    private final Random random = new Random(42);

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }

    private byte[] randomBytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    @Test
    void shouldDeriveTheKeysOfTheTestVectors() {
        assertThat(CurveKeyPair.of(ALICE_SECRET).publicKey()).isEqualTo(ALICE_PUBLIC);
        assertThat(CurveKeyPair.of(BOB_SECRET).publicKey()).isEqualTo(BOB_PUBLIC);
        assertThat(CurveKeyPair.of(ALICE_SECRET).sharedWith(BOB_PUBLIC)).hasValue(FIRST_KEY);
        assertThat(CurveKeyPair.of(BOB_SECRET).sharedWith(ALICE_PUBLIC)).hasValue(FIRST_KEY);
        assertThat(Salsa20.derive(FIRST_KEY, NONCE_PREFIX)).isEqualTo(SECOND_KEY);
    }

    @Test
    void shouldRefuseKeysOfSmallOrder() {
        byte[] one = new byte[32];
        one[0] = 1;

        assertThat(CurveKeyPair.of(ALICE_SECRET).sharedWith(new byte[32])).isEmpty();
        assertThat(CurveKeyPair.of(ALICE_SECRET).sharedWith(one)).isEmpty();
    }

    @Test
    void shouldSealAndOpenTheBoxOfTheTestVectors() {
        assertThat(new CurveBox(FIRST_KEY, NONCE_PREFIX).seal(NONCE_REST, MESSAGE))
                .isEqualTo(SEALED);
        assertThat(new CurveBox(FIRST_KEY, NONCE_PREFIX).open(NONCE_REST, SEALED))
                .hasValue(MESSAGE);
    }

    @Test
    void shouldOpenNoBoxWithAnyBitFlipped() {
        CurveBox box = new CurveBox(FIRST_KEY, NONCE_PREFIX);
        for (int bit = 0; bit < 8 * SEALED.length; bit++) {
            byte[] other = SEALED.clone();
            other[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThat(box.open(NONCE_REST, other)).as("bit %d", bit).isEmpty();
        }
        assertThat(box.open(NONCE_REST + 1, SEALED)).isEmpty();
        assertThat(box.open(NONCE_REST, Arrays.copyOf(SEALED, SEALED.length - 1)))
                .isEmpty();
        assertThat(box.open(NONCE_REST, new byte[15])).isEmpty();
    }

    @Test
    void shouldSealAsBouncyCastleDoesWhateverTheLength() {
        for (int length = 0; length < 600; length++) {
            byte[] key = randomBytes(32);
            byte[] nonce = randomBytes(24);
            byte[] content = randomBytes(length);
            CurveBox box = new CurveBox(key, Arrays.copyOf(nonce, 16));
            long rest = ByteBuffer.wrap(nonce).getLong(16);

            byte[] sealed = box.seal(rest, content);

            assertThat(sealed).as("length %d", length).isEqualTo(sealedByBouncyCastle(key, nonce, content));
            assertThat(box.open(rest, sealed)).hasValue(content);
        }
    }

    private static byte[] sealedByBouncyCastle(byte[] key, byte[] nonce, byte[] content) {
        XSalsa20Engine cipher = new XSalsa20Engine();
        cipher.init(true, new ParametersWithIV(new KeyParameter(key), nonce));
        byte[] once = new byte[32];
        cipher.processBytes(once, 0, 32, once, 0);
        byte[] sealed = new byte[16 + content.length];
        cipher.processBytes(content, 0, content.length, sealed, 16);
        System.arraycopy(macByBouncyCastle(once, sealed, 16), 0, sealed, 0, 16);
        return sealed;
    }

    private static byte[] macByBouncyCastle(byte[] key, byte[] bytes, int from) {
        org.bouncycastle.crypto.macs.Poly1305 mac = new org.bouncycastle.crypto.macs.Poly1305();
        mac.init(new KeyParameter(key));
        mac.update(bytes, from, bytes.length - from);
        byte[] tag = new byte[16];
        mac.doFinal(tag, 0);
        return tag;
    }

    @Test
    void shouldCryptTheSameInPartsInPlaceAndTowardsTheBeginning() {
        byte[] key = randomBytes(32);
        byte[] content = randomBytes(1_000);
        byte[] whole = new byte[content.length];
        Salsa20 salsa = new Salsa20(key);
        salsa.begin(7);
        salsa.crypt(ByteBuffer.wrap(content), 0, ByteBuffer.wrap(whole), 0, content.length);
        for (int distance : new int[] {0, 25, 33, 64, 100}) {
            ByteBuffer bytes =
                    ByteBuffer.allocateDirect(content.length + distance).put(distance, content);
            salsa.begin(7);
            int done = 0;
            while (done < content.length) {
                int part = Math.min(random.nextInt(150), content.length - done);
                salsa.crypt(bytes, distance + done, bytes, done, part);
                done += part;
            }
            byte[] got = new byte[content.length];
            bytes.get(0, got);
            assertThat(got).as("distance %d", distance).isEqualTo(whole);
        }
    }

    @Test
    void shouldCryptTheSameWithBlocksComputedTogetherAndBetweenThoseOfAnother() {
        KeyStreamBatch batch = new KeyStreamBatch();
        byte[][] keys = {randomBytes(32), randomBytes(32)};
        Salsa20[] ciphers = {new Salsa20(keys[0], batch), new Salsa20(keys[1], batch)};
        Salsa20[] expected = {new Salsa20(keys[0]), new Salsa20(keys[1])};
        for (int i = 0; i < 3_000; i++) {
            int which = random.nextInt(4) / 3;
            int length = random.nextInt(random.nextBoolean() ? 100 : 6_000);
            long nonce = random.nextBoolean() ? i : random.nextLong();
            if (random.nextInt(5) == 0) {
                ciphers[which].clearAhead();
                for (long next = nonce; ciphers[which].addAhead(next, random.nextInt(200)); ) {
                    next += random.nextInt(2);
                }
                ciphers[which].computeAhead();
            }
            byte[] content = randomBytes(length);

            assertThat(crypted(ciphers[which], nonce, content))
                    .as("message %d", i)
                    .isEqualTo(crypted(expected[which], nonce, content));
        }
    }

    /** The key, and the content in two parts. */
    private static byte[] crypted(Salsa20 cipher, long nonce, byte[] content) {
        int[] key = new int[8];
        ByteBuffer bytes = ByteBuffer.allocate(32 + content.length).put(32, content);
        cipher.begin(nonce);
        cipher.readKey(key);
        bytes.asIntBuffer().put(key);
        int half = content.length / 2;
        cipher.crypt(bytes, 32, bytes, 32, half);
        cipher.crypt(bytes, 32 + half, bytes, 32 + half, content.length - half);
        return bytes.array();
    }

    @Test
    void shouldCountBlocksBeyondWhatAnIntegerHolds() {
        // RFC 8439, A.3: sums at and around 2^130 - 5, which detect a missing carry
        byte[] two = hex("0200000000000000000000000000000000000000000000000000000000000000");
        byte[] twoAndPad = hex("02000000000000000000000000000000ffffffffffffffffffffffffffffffff");
        byte[] one = hex("0100000000000000000000000000000000000000000000000000000000000000");
        byte[] ones = hex("ffffffffffffffffffffffffffffffff");
        assertThat(mac(two, ones)).isEqualTo(hex("03000000000000000000000000000000"));
        assertThat(mac(twoAndPad, hex("02000000000000000000000000000000")))
                .isEqualTo(hex("03000000000000000000000000000000"));
        assertThat(mac(
                        one,
                        hex("fffffffffffffffffffffffffffffffff0ffffffffffffffffffffffffffffff11000000000000000000000000"
                                + "000000")))
                .isEqualTo(hex("05000000000000000000000000000000"));
        assertThat(mac(
                        one,
                        hex("fffffffffffffffffffffffffffffffffbfefefefefefefefefefefefefefefe010101010101010101010101"
                                + "01010101")))
                .isEqualTo(hex("00000000000000000000000000000000"));
        assertThat(mac(two, hex("fdffffffffffffffffffffffffffffff")))
                .isEqualTo(hex("faffffffffffffffffffffffffffffff"));
    }

    @Test
    void shouldAuthenticateAsBouncyCastleDoesAtTheExtremes() {
        byte[] key = new byte[32];
        for (int i = 0; i < 500; i++) {
            byte[] bytes = new byte[random.nextInt(200)];
            Arrays.fill(bytes, (byte) (random.nextBoolean() ? 0xff : 0));
            Arrays.fill(key, 0, 16, (byte) (random.nextBoolean() ? 0xff : random.nextInt()));
            Arrays.fill(key, 16, 32, (byte) (random.nextBoolean() ? 0xff : random.nextInt()));
            assertThat(mac(key, bytes)).isEqualTo(macByBouncyCastle(key, bytes, 0));
        }
    }

    private static byte[] mac(byte[] key, byte[] bytes) {
        int[] ints = new int[8];
        for (int i = 0; i < ints.length; i++) {
            ints[i] = Integer.reverseBytes(ByteBuffer.wrap(key).getInt(4 * i));
        }
        Poly1305 poly = new Poly1305(new byte[32]);
        poly.begin(ints);
        poly.update(ByteBuffer.wrap(bytes), 0, bytes.length);
        ByteBuffer tag = ByteBuffer.allocate(16);
        poly.tag(tag, 0);
        return tag.array();
    }
}
