/* The cache of bytes that lie elsewhere. */
#include <sys/mman.h>

#include "core/archive/store.h"
#include "core/archive/vault.h"
#include "tests/unit/ledger/ledger_make.h"

struct place {
	char folder[64];
	struct vault *v;
};

static void
open_vault(struct place *p, int64_t memory, int64_t disk)
{
	struct vault_config c = { .folder = p->folder, .memory_most = memory, .disk_most = disk };

	p->v = vault_new(&c);
}

static int
setup(void **state)
{
	struct place *p = mem_zero(1, sizeof(*p));

	made_folder(p->folder);
	open_vault(p, 1 << 20, 64 << 20);
	*state = p;
	return 0;
}

static int
teardown(void **state)
{
	struct place *p = *state;

	vault_free(p->v);
	made_remove(p->folder);
	free(p);
	return 0;
}

static char *
bytes_of(int seed, size_t n)
{
	char *b = mem_alloc(n + 1);

	for (size_t i = 0; i < n; i++)
		b[i] = (char)(i * 31 + (size_t)seed * 7 + (i >> 8));
	return b;
}

static void
put(struct place *p, int seed, size_t n, bool disk, char digest[DIGEST_HEX])
{
	char *b = bytes_of(seed, n);
	int fd = memfd_create("test", MFD_CLOEXEC);
	struct digest d;

	digest_begin(&d);
	digest_add(&d, b, n);
	digest_end(&d, digest);
	assert_int_equal(write(fd, b, n), n);
	assert_ok(vault_put(p->v, digest, fd, (int64_t)n, disk, e));
	close(fd);
	free(b);
}

static bool
holds(struct place *p, int seed, size_t n, const char *digest)
{
	char *b = bytes_of(seed, n), *got = mem_alloc(n + 1);
	bool same = false;
	int fd;

	if (vault_get(p->v, digest, &fd, NULL) == RC_OK) {
		same = pread(fd, got, n + 1, 0) == (ssize_t)n && memcmp(got, b, n) == 0;
		close(fd);
	}
	free(b);
	free(got);
	return same;
}

static char *
file_of(const struct place *p, const char *digest)
{
	return mem_format("%s/cache/%.2s/%s", p->folder, digest, digest + 2);
}

static void
what_is_only_in_memory_leaves_nothing_on_disk(void **state)
{
	struct place *p = *state;
	char d[DIGEST_HEX], *cache = mem_format("%s/cache", p->folder);

	put(p, 1, 1000, false, d);
	assert_true(holds(p, 1, 1000, d));
	vault_flush(p->v);
	assert_int_not_equal(access(cache, F_OK), 0);
	vault_free(p->v);
	open_vault(p, 1 << 20, 64 << 20);
	assert_false(vault_has(p->v, d));
	free(cache);
}

static void
memory_is_bounded_and_the_oldest_goes(void **state)
{
	struct place *p = *state;
	char d[8][DIGEST_HEX];
	int64_t memory, disk;

	for (int i = 0; i < 8; i++)
		put(p, i, 200000, false, d[i]);
	vault_sizes(p->v, &memory, &disk);
	assert_true(memory <= 1 << 20);
	assert_false(vault_has(p->v, d[0]));
	assert_true(holds(p, 7, 200000, d[7]));
	assert_true(holds(p, 3, 200000, d[3])); /* used: newer than 4 now */
	put(p, 9, 200000, false, d[0]);
	assert_true(vault_has(p->v, d[3]));
	assert_false(vault_has(p->v, d[4]));
}

/* Bytes at rest are sealed: no piece of them stands in the file. */
static void
on_disk_it_is_sealed_and_comes_back_after_the_program_ended(void **state)
{
	static const size_t sizes[] = { 0, 1, 1000, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3 << 20 };
	struct place *p = *state;
	char d[MEM_COUNT(sizes)][DIGEST_HEX];

	for (size_t i = 0; i < MEM_COUNT(sizes); i++)
		put(p, (int)i, sizes[i], true, d[i]);
	vault_free(p->v);
	open_vault(p, 1 << 20, 64 << 20);
	for (size_t i = 0; i < MEM_COUNT(sizes); i++) {
		char *path = file_of(p, d[i]), *plain = bytes_of((int)i, sizes[i]);
		size_t n = 0;
		char *file = made_read("", path + 0, &n);

		assert_true(holds(p, (int)i, sizes[i], d[i]));
		if (sizes[i] > 100) {
			assert_non_null(file);
			assert_null(memmem(file, n, plain + 50, 16));
		}
		free(file);
		free(plain);
		free(path);
	}
}

static void
change(const char *path, off_t at, off_t cut)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	char c;

	assert_true(fd >= 0);
	if (cut >= 0) {
		assert_int_equal(ftruncate(fd, cut), 0);
	} else {
		assert_int_equal(pread(fd, &c, 1, at), 1);
		c ^= 1;
		assert_int_equal(pwrite(fd, &c, 1, at), 1);
	}
	close(fd);
}

static void
what_was_cut_or_changed_or_renamed_is_not_found_and_goes(void **state)
{
	struct place *p = *state;
	static const off_t at[] = { 2, 10, 100, 1 << 20, (2 << 20) + 60 };
	static const off_t cuts[] = { 0, 19, 21, (1 << 20) + 36, (2 << 20) + 40 };
	char d[DIGEST_HEX], other[DIGEST_HEX];
	size_t n = (2 << 20) + 500;

	for (size_t i = 0; i < MEM_COUNT(at) + MEM_COUNT(cuts); i++) {
		bool cut = i >= MEM_COUNT(at);
		char *path;

		put(p, 5, n, true, d);
		vault_free(p->v);
		path = file_of(p, d);
		change(path, cut ? 0 : at[i], cut ? cuts[i - MEM_COUNT(at)] : -1);
		open_vault(p, 1 << 20, 64 << 20);
		assert_false(holds(p, 5, n, d));
		assert_int_not_equal(access(path, F_OK), 0);
		free(path);
	}
	put(p, 5, n, true, d);
	put(p, 6, n, true, other);
	vault_free(p->v);
	{
		char *from = file_of(p, d), *to = file_of(p, other);

		assert_int_equal(rename(from, to), 0);
		free(from);
		free(to);
	}
	open_vault(p, 1 << 20, 64 << 20);
	assert_false(holds(p, 5, n, other));
}

static void
the_disk_is_bounded_too(void **state)
{
	struct place *p = *state;
	char d[12][DIGEST_HEX];
	int64_t memory, disk;

	vault_free(p->v);
	open_vault(p, 1000, 1 << 20);
	for (int i = 0; i < 12; i++) {
		put(p, i, 200000, true, d[i]);
		vault_flush(p->v);
	}
	vault_sizes(p->v, &memory, &disk);
	assert_true(disk <= 1 << 20);
	assert_true(holds(p, 11, 200000, d[11]));
	assert_false(vault_has(p->v, d[0]));
}

static void
without_its_key_nothing_is_found(void **state)
{
	struct place *p = *state;
	char d[DIGEST_HEX], *path;

	put(p, 1, 1000, true, d);
	vault_free(p->v);
	path = mem_format("%s/sources/cache.key", p->folder);
	assert_int_equal(unlink(path), 0);
	free(path);
	open_vault(p, 1 << 20, 64 << 20);
	assert_false(holds(p, 1, 1000, d));
	put(p, 1, 1000, true, d);
	vault_flush(p->v);
	assert_ok(vault_clear(p->folder, e));
	vault_free(p->v);
	open_vault(p, 1 << 20, 64 << 20);
	assert_false(vault_has(p->v, d));
}

static void
a_key_that_others_can_read_is_not_used(void **state)
{
	struct place *p = *state;
	char d[DIGEST_HEX], *path = mem_format("%s/sources/cache.key", p->folder);

	put(p, 1, 1000, true, d);
	vault_free(p->v);
	assert_int_equal(chmod(path, 0644), 0);
	open_vault(p, 1 << 20, 64 << 20);
	assert_false(holds(p, 1, 1000, d));
	free(path);
}

int
main(void)
{
#define test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		test(what_is_only_in_memory_leaves_nothing_on_disk),
		test(memory_is_bounded_and_the_oldest_goes),
		test(on_disk_it_is_sealed_and_comes_back_after_the_program_ended),
		test(what_was_cut_or_changed_or_renamed_is_not_found_and_goes),
		test(the_disk_is_bounded_too),
		test(without_its_key_nothing_is_found),
		test(a_key_that_others_can_read_is_not_used),
	};

	keys_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
