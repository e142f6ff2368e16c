// SPDX-License-Identifier: Apache-2.0
// Invented people and figures for tools/dev-server.mjs; identity numbers start with the unassigned 99.
export const grid = '320508002009001';
const community = '320508002009';
const tree = [
  ['0', '全国', 'nation', ''],
  ['320000', '江苏省', 'province', '0'],
  ['320500', '苏州市', 'city', '320000'],
  ['320508', '姑苏区', 'county', '320500'],
  ['320508002', '金阊街道', 'township', '320508'],
  ['320508003', '白洋湾街道', 'township', '320508'],
  [community, '养育巷社区', 'community', '320508002'],
  ['320508002010', '彩香二村南社区', 'community', '320508002'],
  [grid, '第一网格', 'grid', community],
  ['420000', '湖北省', 'province', '0'],
  ['420100', '武汉市', 'city', '420000'],
];
const nodes = new Map(
  tree.map(([code, name, level, parent]) => [code, { code, name, level, parent }]),
);
const step = ({ code, name, level }) => ({ code, name, level });

export function region_view(code) {
  const found = nodes.get(code) ?? nodes.get(community);
  const path = [];
  for (let node = found; node; node = nodes.get(node.parent)) path.unshift(step(node));
  return { ...step(found), path };
}

export const roles = {
  worker: {
    id: '01900000-0000-7000-8000-000000000001',
    name: 'worker',
    display_name: '周敏',
    role: 'grid_worker',
    region: grid,
  },
  officer: {
    id: '01900000-0000-7000-8000-000000000002',
    name: 'officer',
    display_name: '何晓琳',
    role: 'community_officer',
    region: community,
  },
  county: {
    id: '01900000-0000-7000-8000-000000000003',
    name: 'county',
    display_name: '徐卫东',
    role: 'county_officer',
    region: '320508',
  },
  nation: {
    id: '01900000-0000-7000-8000-000000000004',
    name: 'nation',
    display_name: '林静',
    role: 'higher_officer',
    region: '0',
  },
};
export const accounts = () => ({
  rows: Object.values(roles).map(({ region, ...who }) => ({
    ...who,
    region: step(nodes.get(region)),
    state: 'open',
    last_seen: Date.now() - 3600e3,
  })),
});

let seed = 7;
const rand = (n) => {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  return Math.floor(seed / 65536) % n;
};
const uuid = (n, kind = 1) =>
  `0190${String(kind).padStart(4, '0')}-0000-7000-8000-${String(n).padStart(12, '0')}`;
const day = (offset) =>
  new Date(Date.now() + 8 * 3600e3 + offset * 86400e3).toISOString().slice(0, 10);
const surnames = [...'王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗'];
const given = ['国', '芳', '敏', '静', '建', '桂英', '小军', '丽', '强', '玉兰'];
const relations = ['head', 'spouse', 'child', 'parent', 'tenant'];

export const buildings = Array.from({ length: 8 }, (_, i) => ({
  id: uuid(i + 1, 2),
  grid,
  name: String(i + 1),
  units: 3,
  floors: 6,
  rooms_per_floor: 2,
}));
const households = [];
for (const building of buildings) {
  for (let unit = 1; unit <= 3; unit += 1)
    for (let floor = 1; floor <= 6; floor += 1)
      for (let r = 1; r <= 2; r += 1) {
        const n = households.length + 1;
        const kind = rand(60);
        const size = kind === 0 ? 0 : 1 + rand(4);
        const surname = surnames[rand(surnames.length)];
        const persons = Array.from({ length: size }, (_, i) => ({
          id: uuid(n * 10 + i, 3),
          name:
            i === 0
              ? `${surname}*${given[rand(given.length)].slice(-1)}`
              : `${surnames[rand(surnames.length)]}*${given[rand(given.length)].slice(-1)}`,
          sex: rand(2) ? 'male' : 'female',
          birth_year: new Date().getFullYear() - (i === 0 ? 40 + rand(45) : 3 + rand(70)),
          relation: relations[Math.min(i, 4)],
          document_kind: 'identity_card',
          document_number: `990***********${String(1000 + rand(9000))}`,
          phone: i === 0 ? `139****${String(1000 + rand(9000))}` : undefined,
          key_groups:
            i === 0 && rand(18) === 0
              ? [
                  {
                    group: ['living_alone_elder', 'chronic_illness', 'returnee', 'pregnant'][
                      rand(4)
                    ],
                    reason: '上门核实',
                    starts_on: day(-5),
                    ends_on: day(9),
                  },
                ]
              : [],
        }));
        const status = kind === 0 ? 'vacant' : kind === 1 ? 'overdue' : kind < 7 ? 'due' : 'done';
        const last =
          status === 'done'
            ? { outcome: 'all_well', at: Date.now() - rand(20) * 600e3 }
            : status === 'overdue'
              ? { outcome: ['not_home', 'refused'][rand(2)], at: Date.now() - 86400e3 }
              : undefined;
        households.push({
          id: uuid(n),
          building,
          unit: String(unit),
          floor,
          room: `${floor}0${r}`,
          state: kind === 0 ? 'vacant' : 'occupied',
          status,
          persons,
          visits: last
            ? [{ visit: uuid(n, 4), by: '周敏', corrected: false, exceptions: [], ...last }]
            : [],
          due_on: status === 'overdue' ? day(-1) : day(0),
        });
      }
}
const find = (id) => households.find((household) => household.id === id);
const ref = (building) => ({ id: building.id, name: building.name });
const last_of = (household) => {
  const visit = [...household.visits].sort((a, b) => b.at - a.at)[0];
  return visit && { visit: visit.visit, outcome: visit.outcome, at: visit.at };
};

export function doors_view(commit) {
  const counts = { done: 0, due: 0, overdue: 0, vacant: 0 };
  let key_due = 0;
  let key_done = 0;
  for (const one of households) {
    if (one.status === 'vacant') {
      counts.vacant += 1;
      continue;
    }
    counts.due += 1;
    if (one.status === 'done') counts.done += 1;
    if (one.status === 'overdue') counts.overdue += 1;
    const key = one.persons.filter((person) => person.key_groups.length).length;
    key_due += key;
    if (one.status === 'done') key_done += key;
  }
  return {
    grid,
    grid_name: '第一网格',
    community_name: '养育巷社区',
    round: {
      region: community,
      id: uuid(1, 5),
      title: '第一轮入户排查',
      starts_on: day(-5),
      due_on: day(0),
      ends_on: day(2),
    },
    as_of: Date.now(),
    position: { district: 320508, sequence: commit },
    households: counts,
    key_persons: { done: key_done, due: key_due },
    doors: households.map((one) => ({
      household: one.id,
      building: ref(one.building),
      unit: one.unit,
      floor: one.floor,
      room: one.room,
      state: one.state,
      status: one.status,
      due_on: one.due_on,
      last: last_of(one),
      persons: one.persons.map(({ id, name, sex, birth_year, relation, key_groups }) => ({
        id,
        name,
        sex,
        birth_year,
        relation,
        key_groups: key_groups.map(({ group }) => group),
      })),
    })),
  };
}

export function household_view(id, commit) {
  const one = find(id);
  return (
    one && {
      household: one.id,
      grid,
      building: ref(one.building),
      unit: one.unit,
      floor: one.floor,
      room: one.room,
      state: one.state,
      phone: '139****1234',
      persons: one.persons,
      district: 320508,
      sequence: commit,
    }
  );
}

const door = (one) => `${one.building.name}幢${one.unit}单元${one.room}室`;
export function visits_of(q) {
  const some = q.get('household')
    ? [find(q.get('household'))].filter(Boolean)
    : households.slice(0, 30);
  return {
    rows: some
      .flatMap((one) =>
        one.visits.map((visit) => ({ ...visit, household: one.id, door: door(one) })),
      )
      .sort((a, b) => b.at - a.at),
  };
}
export function find_person(text) {
  const rows = households.flatMap((one) =>
    one.persons
      .filter(
        (person) =>
          person.name.includes(text[0]) ||
          person.document_number.endsWith(text) ||
          one.room === text,
      )
      .map((person) => ({
        household: one.id,
        person: person.id,
        name: person.name,
        door: door(one),
        number: person.document_number,
        phone: person.phone,
        grid,
      })),
  );
  return { rows: rows.slice(0, 20) };
}
export const people_of_grid = () =>
  households.flatMap((one) => one.persons.filter((person) => person.key_groups.length));

export function building_view(id) {
  const building = buildings.find((one) => one.id === id) ?? buildings[2];
  const mine = households.filter((one) => one.building === building);
  const status = (one) =>
    one.status === 'done'
      ? one.visits.some((v) => v.outcome === 'exception')
        ? 'exception'
        : one.persons.some((p) => p.key_groups.length)
          ? 'care'
          : 'ok'
      : one.status;
  const counts = { ok: 0, due: 0, overdue: 0, exception: 0, care: 0, vacant: 0 };
  for (const one of mine) counts[status(one)] += 1;
  const units = ['1', '2', '3'].map((unit) => ({
    unit,
    floors: [6, 5, 4, 3, 2, 1].map((floor) => ({
      floor,
      rooms: mine
        .filter((one) => one.unit === unit && one.floor === floor)
        .map((one) => ({
          household: one.id,
          room: one.room,
          status: status(one),
          persons: one.persons.length,
          last: last_of(one),
        })),
    })),
  }));
  return {
    building: ref(building),
    units,
    counts: Object.entries(counts).map(([name, count]) => ({ status: name, count })),
    as_of: Date.now(),
  };
}

export function board(code) {
  const region = region_view(code);
  const children = tree.filter(([, , , parent]) => parent === region.code);
  const figures = (n) => ({
    households: { reached: 790 - n * 9, due: 820, vacant: 12, missing: 30 + n * 9, overdue: n },
    key_persons: { seen: 38 - n, due: 43, missing: 5 + n },
  });
  return {
    region,
    cut_off: { name: '实时', at: Date.now(), positions_count: 1 },
    ...figures(2),
    trend: Array.from({ length: 7 }, (_, i) => ({
      day: day(i - 6),
      reached: 500 + i * 45,
      due: 820,
    })),
    rows: children.map(([child, name, level], i) => ({
      code: child,
      name,
      level,
      communities: 5 + i,
      ...figures(3 - i),
      updated_at: Date.now() - i * 3600e3,
    })),
  };
}

// The effect of a command, as far as the screens need it. Returns a refusal or nothing.
export function apply(command, who, commit) {
  const { type, body } = command;
  if (type.endsWith('_visit')) {
    const one = find(body.household);
    if (!one) return { name: 'household_unknown', title: '没有这一户', detail: '请刷新名单后再试' };
    const kept = one.visits.filter((visit) => visit.visit !== body.visit);
    one.visits = [
      ...kept,
      {
        visit: body.visit,
        outcome: body.outcome,
        at: command.occurred_at,
        by: who.display_name,
        corrected: kept.length < one.visits.length,
        exceptions: body.exceptions ?? [],
        note: body.note,
      },
    ];
    one.status =
      { all_well: 'done', exception: 'done', vacant: 'vacant' }[body.outcome] ??
      (one.status === 'done' ? 'due' : one.status);
  } else if (type === 'residents.add_household') {
    households.push({
      id: body.id,
      building: buildings.find((b) => b.id === body.building) ?? buildings[0],
      unit: body.unit,
      floor: body.floor,
      room: body.room,
      state: body.state,
      status: 'due',
      persons: [],
      visits: [],
      due_on: day(0),
    });
  } else if (type === 'residents.correct_household') {
    Object.assign(
      find(body.household) ?? {},
      Object.fromEntries(
        ['unit', 'floor', 'room', 'state']
          .filter((k) => body[k] !== undefined)
          .map((k) => [k, body[k]]),
      ),
    );
  } else if (type === 'residents.add_person') {
    find(body.household)?.persons.push({
      ...body,
      name: `${body.name[0]}*${body.name.slice(-1)}`,
      key_groups: [],
      birth_year: Number(body.birth_date?.slice(0, 4)) || undefined,
    });
  } else if (type === 'residents.add_key_group') {
    for (const one of households)
      for (const person of one.persons)
        if (person.id === body.person) person.key_groups.push({ ...body });
  } else if (type === 'residents.end_key_group') {
    for (const one of households)
      for (const person of one.persons)
        if (person.id === body.person)
          person.key_groups = person.key_groups.filter(({ group }) => group !== body.group);
  }
  return commit < 0 ? { name: 'internal', title: '', detail: '' } : undefined;
}
