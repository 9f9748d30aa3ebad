/** Where every screen lives. A `sheet` stands alone, without tabs; `office` is for the Party-building office. */
import { createRouter, createWebHistory, type RouteRecordRaw } from "vue-router";

const sheet = { sheet: true };
const office = { office: true };

const routes: RouteRecordRaw[] = [
  { path: "/", component: () => import("./screens/today/TodayScreen.vue") },
  { path: "/villages", component: () => import("./screens/villages/VillagesScreen.vue") },
  { path: "/villages/:id", component: () => import("./screens/villages/DossierScreen.vue"), props: true },
  { path: "/visits/new", component: () => import("./screens/visit/NewVisitScreen.vue"), meta: sheet },
  { path: "/visits/:id", component: () => import("./screens/visit/VisitScreen.vue"), props: true },
  { path: "/visits/:id/head", component: () => import("./screens/visit/HeadSheet.vue"), props: true, meta: sheet },
  { path: "/visits/:id/texts", component: () => import("./screens/visit/TextsSheet.vue"), props: true, meta: sheet },
  { path: "/visits/:id/finish", component: () => import("./screens/visit/FinishSheet.vue"), props: true, meta: sheet },
  { path: "/visits/:id/checks/:child", component: () => import("./screens/visit/CheckSheet.vue"), props: true, meta: sheet },
  { path: "/visits/:id/interviews/:child", component: () => import("./screens/visit/InterviewSheet.vue"), props: true, meta: sheet },
  { path: "/visits/:id/opinions/:child", component: () => import("./screens/visit/OpinionSheet.vue"), props: true, meta: sheet },
  { path: "/visits/:id/addenda/:child", component: () => import("./screens/visit/AddendumSheet.vue"), props: true, meta: sheet },
  { path: "/records/:id/history", component: () => import("./screens/sync/history/HistoryScreen.vue"), props: true },
  { path: "/captures", component: () => import("./screens/today/CapturesScreen.vue") },
  { path: "/sync", component: () => import("./screens/sync/SyncScreen.vue") },
  { path: "/sync/refused", component: () => import("./screens/sync/refused/RefusedScreen.vue") },
  { path: "/sync/refused/:n", component: () => import("./screens/sync/refused/MendSheet.vue"), props: true, meta: sheet },
  { path: "/sync/conflicts", component: () => import("./screens/sync/conflicts/ConflictsScreen.vue") },
  { path: "/sync/deleted", component: () => import("./screens/sync/history/DeletedScreen.vue") },
  { path: "/sync/import", component: () => import("./screens/sync/ImportScreen.vue") },
  { path: "/ballot", component: () => import("./screens/ballot/BallotsScreen.vue") },
  { path: "/ballot/meetings/:id/sign-in", component: () => import("./screens/ballot/SignInSheet.vue"), props: true, meta: sheet },
  { path: "/ballot/rounds/:id/words", component: () => import("./screens/ballot/WordsSheet.vue"), props: true, meta: sheet },
  { path: "/ballot/rounds/:id/sheet", component: () => import("./screens/ballot/GradingSheet.vue"), props: true, meta: sheet },
  { path: "/ballot/rounds/:id/check", component: () => import("./screens/ballot/HandInSheet.vue"), props: true, meta: sheet },
  { path: "/ballot/rounds/:id/done", component: () => import("./screens/ballot/DoneScreen.vue"), props: true },
  { path: "/mine", component: () => import("./screens/mine/MineScreen.vue") },
  { path: "/rosters", component: () => import("./screens/office/RostersScreen.vue"), meta: office },
  { path: "/people", component: () => import("./screens/office/PeopleScreen.vue"), meta: office },
  { path: "/invitations", component: () => import("./screens/office/InvitationsScreen.vue"), meta: office },
  { path: "/quarantine", component: () => import("./screens/office/QuarantineScreen.vue"), meta: office },
  { path: "/password", component: () => import("./screens/office/PasswordScreen.vue"), meta: office },
  { path: "/replicas", component: () => import("./screens/office/ReplicasScreen.vue"), meta: office },
  { path: "/recovery", component: () => import("./screens/office/RecoveryScreen.vue"), meta: office },
  { path: "/digests", component: () => import("./screens/office/DigestsScreen.vue"), meta: office },
  { path: "/audit", component: () => import("./screens/office/AuditScreen.vue"), meta: office },
  { path: "/meetings", component: () => import("./screens/meeting/MeetingsScreen.vue"), meta: office },
  { path: "/meetings/:id", component: () => import("./screens/meeting/MeetingScreen.vue"), props: true, meta: office },
  { path: "/meetings/:id/roll", component: () => import("./screens/meeting/RollScreen.vue"), props: true, meta: office },
  { path: "/meetings/:id/attendance", component: () => import("./screens/meeting/AttendanceScreen.vue"), props: true, meta: office },
  { path: "/meetings/:id/readiness", component: () => import("./screens/meeting/ReadinessScreen.vue"), props: true, meta: office },
  { path: "/meetings/:id/projector", component: () => import("./screens/meeting/ProjectorScreen.vue"), props: true, meta: sheet },
  { path: "/meetings/:id/rounds/:round", component: () => import("./screens/meeting/RoundScreen.vue"), props: true, meta: office },
  { path: "/meetings/:id/rounds/:round/key", component: () => import("./screens/meeting/KeyScreen.vue"), props: true, meta: office },
  { path: "/:rest(.*)*", component: () => import("./screens/today/NowhereScreen.vue") },
];

export const router = createRouter({
  history: createWebHistory(),
  routes,
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
});
